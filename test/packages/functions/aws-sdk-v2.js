const { callbackify } = require('util');
const AWS = require('aws-sdk');
const { describe, json } = require('./reply');

const ssm = new AWS.SSM({ region: 'us-east-1' });
const s3 = new AWS.S3({ region: 'us-east-1', signatureVersion: 'v4' });
const documents = new AWS.DynamoDB.DocumentClient({ region: 'us-east-1' });

const CASES = {
  ssm: async () => {
    const { Parameter } = await ssm
      .getParameter({ Name: '/edge/origin', WithDecryption: true })
      .promise();
    return { value: Parameter.Value, isDate: Parameter.LastModifiedDate instanceof Date };
  },
  'ssm-missing': () => ssm.getParameter({ Name: '/missing' }).promise(),
  document: async () =>
    (await documents.get({ TableName: 'redirects', Key: { path: '/old' } }).promise()).Item,
  object: async () => {
    const { Body, ContentType } = await s3
      .getObject({ Bucket: 'pages', Key: 'index.html' })
      .promise();
    return { text: Buffer.concat([Body]).toString(), ContentType };
  },
  stream: () =>
    new Promise((resolve, reject) => {
      let length = 0;
      s3.getObject({ Bucket: 'pages', Key: 'large.bin' })
        .createReadStream()
        .on('data', (chunk) => {
          length += chunk.length;
        })
        .on('error', reject)
        .on('end', () => resolve({ length }));
    }),
  put: async () =>
    s3.putObject({ Bucket: 'pages', Key: 'new.txt', Body: Buffer.from('grüße') }).promise(),
  // Above 1 MiB the client asks for permission first (Expect: 100-continue).
  'put-large': async () =>
    s3.putObject({ Bucket: 'pages', Key: 'large.bin', Body: Buffer.alloc(2 ** 21, 5) }).promise(),
  url: async () => ({ url: s3.getSignedUrl('getObject', { Bucket: 'pages', Key: 'a b.txt' }) }),
};

exports.handler = (event, _context, callback) => {
  const name = event.Records[0].cf.request.uri.split('/')[2];
  callbackify(CASES[name])((error, value) => {
    const failure = error && { ...describe(error), status: error.statusCode };
    callback(null, failure ? json(failure, 502) : json(value));
  });
};
