import type { ServerResponse } from 'node:http';
import type { Service, ServiceRequest } from './services.ts';

/** Hosts of the AWS services in the region of the tests. */
export const AWS_HOSTS = {
  ssm: 'ssm.us-east-1.amazonaws.com',
  secrets: 'secretsmanager.us-east-1.amazonaws.com',
  dynamodb: 'dynamodb.us-east-1.amazonaws.com',
  s3: 'pages.s3.us-east-1.amazonaws.com',
  s3Global: 'pages.s3.amazonaws.com',
  storage: 'storage.example.com',
} as const;

/** An object that is answered as a stream. */
export const LARGE_OBJECT = Buffer.alloc(700_000, 7);

/**
 * AWS services that know one parameter, secret, item and bucket. Requests without a signature are
 * refused.
 */
export function awsServices(): Record<string, Service> {
  return {
    [AWS_HOSTS.ssm]: signed(jsonService({ 'AmazonSSM.GetParameter': getParameter })),
    [AWS_HOSTS.secrets]: signed(
      jsonService({ 'secretsmanager.GetSecretValue': () => [200, SECRET] }),
    ),
    [AWS_HOSTS.dynamodb]: signed(
      jsonService({
        'DynamoDB_20120810.PutItem': () => [200, {}],
        'DynamoDB_20120810.GetItem': getItem,
      }),
    ),
    [AWS_HOSTS.s3]: signed(bucket),
    [AWS_HOSTS.s3Global]: signed(bucket),
    [AWS_HOSTS.storage]: signed(bucket),
  };
}

type Answer = readonly [status: number, value: object];

const SECRET = {
  ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:edge/key',
  Name: 'edge/key',
  SecretString: '{"key":"k-1"}',
  SecretBinary: Buffer.from([1, 2, 255]).toString('base64'),
};

function getParameter({ Name }: Record<string, unknown>): Answer {
  if (Name !== '/edge/origin') {
    return [400, { __type: 'ParameterNotFound', message: `${String(Name)} is not there` }];
  }
  const Value = 'https://origin.example.com';
  return [
    200,
    { Parameter: { Name, Type: 'SecureString', Value, LastModifiedDate: 1_700_000_000.5 } },
  ];
}

function getItem({ Key }: Record<string, unknown>): Answer {
  const { path } = Key as { path: { S: string } };
  if (path.S === '/throttled') {
    return [400, { __type: 'com.amazonaws.dynamodb#ThrottlingException', message: 'Slow down' }];
  }
  return [
    200,
    { Item: { path, target: { S: '/new' }, hits: { N: '42' }, tags: { SS: ['a', 'b'] } } },
  ];
}

/** JSON services name the operation in X-Amz-Target. */
function jsonService(
  operations: Record<string, (input: Record<string, unknown>) => Answer>,
): Service {
  return ({ headers, content }, response) => {
    const operation = operations[String(headers['x-amz-target'])];
    const [status, value] = operation?.(JSON.parse(content.toString())) ?? [404, {}];
    response.writeHead(status, {
      'Content-Type': headers['content-type'] ?? '',
      'x-amzn-RequestId': 'request-1',
    });
    response.end(JSON.stringify(value));
  };
}

function bucket(request: ServiceRequest, response: ServerResponse): void {
  const key = request.url.replace(/\?.*/, '').replace(/^\/(?:pages\/)?/, '');
  if (request.method === 'PUT') {
    response.writeHead(200, { ETag: '"put-1"' }).end();
  } else if (key === 'index.html') {
    const fields = { 'Content-Type': 'text/html', ETag: '"e-1"', 'x-amz-meta-owner': 'me' };
    response.writeHead(200, fields).end('<h1>grüße</h1>');
  } else if (key === 'large.bin') {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(LARGE_OBJECT);
  } else {
    response.writeHead(404, { 'Content-Type': 'application/xml' });
    response.end('<Error><Code>NoSuchKey</Code><Message>No such key</Message></Error>');
  }
}

const SIGNATURE =
  /^AWS4-HMAC-SHA256 Credential=[\w-]+\/\d{8}\/us-east-1\/[\w-]+\/aws4_request, ?SignedHeaders=[\w;-]+, ?Signature=[\da-f]{64}$/;

/** Signature Version 4, as far as its form goes. */
function signed(service: Service): Service {
  return (request, response) => {
    if (SIGNATURE.test(request.headers.authorization ?? '')) service(request, response);
    else response.writeHead(403).end('{"__type":"MissingAuthenticationToken"}');
  };
}
