import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, json } from './reply.js';

const client = new DynamoDBClient({ region: 'us-east-1', maxAttempts: 2 });
const TableName = 'redirects';

export const handler = async (event) => {
  const { uri } = event.Records[0].cf.request;
  const path = uri.replace('/dynamodb', '');
  try {
    await client.send(
      new PutItemCommand({ TableName, Item: { path: { S: path }, hits: { N: '1' } } }),
    );
    const { Item } = await client.send(
      new GetItemCommand({ TableName, Key: { path: { S: path } } }),
    );
    return json({ target: Item.target.S, hits: Number(Item.hits.N), tags: Item.tags.SS });
  } catch (error) {
    return json({ ...describe(error), attempts: error.$metadata?.attempts }, 502);
  }
};
