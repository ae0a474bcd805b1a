import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, json } from './reply.js';

const client = new S3Client({ region: 'us-east-1' });
const local = new S3Client({
  region: 'us-east-1',
  endpoint: 'https://storage.example.com',
  forcePathStyle: true,
});
const Bucket = 'pages';

const CASES = {
  text: async () => {
    const { Body, ContentType, ETag, Metadata } = await client.send(
      new GetObjectCommand({ Bucket, Key: 'index.html' }),
    );
    return { text: await Body.transformToString(), ContentType, ETag, Metadata };
  },
  bytes: async () => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'large.bin' }));
    const bytes = await Body.transformToByteArray();
    return { length: bytes.length, last: bytes.at(-1) };
  },
  stream: async () => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: 'large.bin' }));
    let length = 0;
    for await (const chunk of Body) length += chunk.length;
    return { length };
  },
  put: async () => {
    const command = new PutObjectCommand({
      Bucket,
      Key: 'new.txt',
      Body: 'grüße',
      ContentType: 'text/plain',
    });
    return { ETag: (await local.send(command)).ETag };
  },
  missing: () => client.send(new GetObjectCommand({ Bucket, Key: 'missing.txt' })),
};

export const handler = async (event) => {
  const name = event.Records[0].cf.request.uri.split('/')[2];
  try {
    return json(await CASES[name]());
  } catch (error) {
    return json({ ...describe(error), status: error.$metadata?.httpStatusCode }, 502);
  }
};
