import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describe, json } from './reply.js';

const client = new SSMClient({});

export const handler = async (event) => {
  const Name = event.Records[0].cf.request.uri.replace('/ssm/', '/');
  try {
    const { Parameter } = await client.send(
      new GetParameterCommand({ Name, WithDecryption: true }),
    );
    return json({ value: Parameter.Value, changed: Parameter.LastModifiedDate });
  } catch (error) {
    return json({ ...describe(error), status: error.$metadata?.httpStatusCode }, 502);
  }
};
