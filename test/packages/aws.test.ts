import { createHash, createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AWS_HOSTS, awsServices, LARGE_OBJECT } from './aws-services.ts';
import { type PackageEdge, startPackageEdge } from './package-edge.ts';
import { type ServiceRequest, type Services, startServices } from './services.ts';

const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

describe('clients of AWS', () => {
  let services: Services;
  let packages: PackageEdge;

  beforeAll(async () => {
    services = await startServices(awsServices());
    const settings = {
      environment: {
        AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
        AWS_SECRET_ACCESS_KEY: SECRET_KEY,
        AWS_SESSION_TOKEN: 'session-1',
        AWS_REGION: 'us-east-1',
      },
      network: services.network(...Object.values(AWS_HOSTS).map((host) => `https://${host}`)),
    };
    packages = await startPackageEdge({
      'ssm.mjs': settings,
      'secrets.js': { ...settings, environment: {} },
      'dynamodb.mjs': settings,
      's3.mjs': settings,
      'aws-sdk-v2.js': settings,
    });
  });

  afterAll(async () => {
    await packages[Symbol.asyncDispose]();
    await services[Symbol.asyncDispose]();
  });

  /** Runs a function; gives what the viewer got and what the services saw meanwhile. */
  async function run(path: string) {
    const before = services.requests.all.length;
    const reply = await packages.getJson(path);
    return { ...reply, seen: services.requests.all.slice(before) };
  }

  test('@aws-sdk/client-ssm reads a parameter with credentials from the environment', async () => {
    const { status, value, seen } = await run('/ssm/edge/origin');
    expect([status, value]).toEqual([
      200,
      { value: 'https://origin.example.com', changed: '2023-11-14T22:13:20.500Z' },
    ]);
    const [request] = seen;
    expect(request?.headers).toMatchObject({
      'x-amz-target': 'AmazonSSM.GetParameter',
      'x-amz-security-token': 'session-1',
      'user-agent': expect.stringMatching(/^aws-sdk-js\/3/),
    });
    expect(JSON.parse(String(request?.content))).toEqual({
      Name: '/edge/origin',
      WithDecryption: true,
    });
    expect(request && signatureOf(request)).toBe(request?.headers.authorization?.slice(-64));
  });

  test('@aws-sdk/client-ssm reports the error of the service', async () => {
    const { status, value } = await run('/ssm/missing');
    expect([status, value]).toEqual([
      502,
      { name: 'ParameterNotFound', message: '/missing is not there', status: 400 },
    ]);
  });

  test('@aws-sdk/client-secrets-manager asks once for all invocations', async () => {
    expect((await run('/secrets/')).value).toEqual({ key: 'k-1', binary: [1, 2, 255] });
    const again = await run('/secrets/');
    expect([again.value.key, again.seen.length]).toEqual(['k-1', 0]);
    const [request] = services.requestsTo(AWS_HOSTS.secrets);
    expect(request?.headers.authorization).toContain('Credential=AKIDEXAMPLE2/');
  });

  test('@aws-sdk/client-dynamodb puts and gets an item', async () => {
    const { value, seen } = await run('/dynamodb/old');
    expect(value).toEqual({ target: '/new', hits: 42, tags: ['a', 'b'] });
    expect(seen.map(({ headers }) => headers['x-amz-target'])).toEqual([
      'DynamoDB_20120810.PutItem',
      'DynamoDB_20120810.GetItem',
    ]);
    expect(new Set(seen.map(({ socket }) => socket)).size).toBe(1);
  });

  test('@aws-sdk/client-dynamodb retries when it is throttled', async () => {
    const { value, seen } = await run('/dynamodb/throttled');
    expect(value).toMatchObject({ name: 'ThrottlingException', attempts: 2 });
    expect(seen).toHaveLength(3);
  });

  test('@aws-sdk/client-s3 gets an object as text', async () => {
    const { value, seen } = await run('/s3/text');
    expect(value).toEqual({
      text: '<h1>grüße</h1>',
      ContentType: 'text/html',
      ETag: '"e-1"',
      Metadata: { owner: 'me' },
    });
    expect([seen[0]?.host, seen[0]?.url]).toEqual([AWS_HOSTS.s3, '/index.html?x-id=GetObject']);
  });

  test('@aws-sdk/client-s3 gets a large object as bytes and as a stream', async () => {
    const { length } = LARGE_OBJECT;
    expect((await run('/s3/bytes')).value).toEqual({ length, last: 7 });
    expect((await run('/s3/stream')).value).toEqual({ length });
  });

  test('@aws-sdk/client-s3 puts an object at a custom endpoint', async () => {
    const { value, seen } = await run('/s3/put');
    expect(value).toEqual({ ETag: '"put-1"' });
    const [request] = seen;
    expect([request?.host, request?.method]).toEqual([AWS_HOSTS.storage, 'PUT']);
    expect(request?.url).toMatch(/^\/pages\/new\.txt/);
    expect(String(request?.content)).toContain('grüße');
  });

  test('@aws-sdk/client-s3 reports a missing key', async () => {
    const { value } = await run('/s3/missing');
    expect(value).toMatchObject({ name: 'NoSuchKey', status: 404 });
  });

  test('aws-sdk v2 reads a parameter', async () => {
    const { value, seen } = await run('/aws-sdk-v2/ssm');
    expect(value).toEqual({ value: 'https://origin.example.com', isDate: true });
    const [request] = seen;
    expect(request?.headers).toMatchObject({
      'x-amz-target': 'AmazonSSM.GetParameter',
      'x-amz-security-token': 'session-1',
    });
    expect(request && signatureOf(request)).toBe(request?.headers.authorization?.slice(-64));
  });

  test('aws-sdk v2 reports the error of the service', async () => {
    const { value } = await run('/aws-sdk-v2/ssm-missing');
    expect(value).toMatchObject({
      name: 'ParameterNotFound',
      code: 'ParameterNotFound',
      status: 400,
    });
  });

  test('aws-sdk v2 gets a document of DynamoDB', async () => {
    const { value } = await run('/aws-sdk-v2/document');
    expect(value).toMatchObject({ path: '/old', target: '/new', hits: 42 });
  });

  test('aws-sdk v2 gets and puts objects of S3', async () => {
    const object = await run('/aws-sdk-v2/object');
    expect(object.value).toEqual({ text: '<h1>grüße</h1>', ContentType: 'text/html' });
    const put = await run('/aws-sdk-v2/put');
    expect(put.value).toEqual({ ETag: '"put-1"' });
    expect(String(put.seen[0]?.content)).toBe('grüße');
    const large = await run('/aws-sdk-v2/put-large');
    expect(large.value).toEqual({ ETag: '"put-1"' });
    expect(large.seen[0]?.content.equals(Buffer.alloc(2 ** 21, 5))).toBe(true);
    expect((await run('/aws-sdk-v2/stream')).value).toEqual({ length: LARGE_OBJECT.length });
  });

  test('aws-sdk v2 signs a URL without a request', async () => {
    const { value, seen } = await run('/aws-sdk-v2/url');
    expect(value.url).toMatch(/\/a%20b\.txt\?.*X-Amz-Signature=[\da-f]{64}/);
    expect(seen).toEqual([]);
  });
});

/** Signature Version 4 of a request with an empty query, computed from what arrived. */
function signatureOf({ method, url, headers, content }: ServiceRequest): string {
  const [, date = '', service = '', names = ''] =
    /Credential=\w+\/(\d+)\/us-east-1\/(\w+)\/.*SignedHeaders=([\w;-]+)/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const fields = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [method, url, '', fields.join(''), names, sha256(content)].join('\n');
  const scope = `${date}/us-east-1/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [date, 'us-east-1', service, 'aws4_request'].reduce<Buffer>(
    (previous, part) => createHmac('sha256', previous).update(part).digest(),
    Buffer.from(`AWS4${SECRET_KEY}`),
  );
  return createHmac('sha256', key).update(text).digest('hex');
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
