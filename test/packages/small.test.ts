import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PackageEdge, startPackageEdge } from './package-edge.ts';

describe('packages that need no network', () => {
  let packages: PackageEdge;

  beforeAll(async () => {
    packages = await startPackageEdge({ 'small.js': {}, 'pino-log.js': {}, 'many.mjs': {} });
  });

  afterAll(() => packages[Symbol.asyncDispose]());

  test('cookie, uuid and lodash do what they do in Node', async () => {
    const reply = await packages.edge.get('/small/', { headers: { cookie: 'a=1; b=%20x' } });
    expect(reply.status).toBe(200);
    expect(JSON.parse(reply.body)).toEqual({
      cookies: { a: '1', b: ' x' },
      setCookie: 'theme=dark%20blue; Max-Age=60; Path=/; HttpOnly',
      versions: [4, 7, 5],
      valid: true,
      v5: expect.stringMatching(/^[\da-f-]{36}$/),
      grouped: { odd: [1, 3], even: [2] },
      path: 'GET',
      merged: { a: { b: 1, c: [2] } },
      template: 'edge!',
      kebab: 'viewer-request',
    });
  });

  test('uuid gives another id to each call and the same for the same name', async () => {
    const bodies = await Promise.all([1, 2].map(() => packages.edge.get('/small/')));
    const [first, second] = bodies.map(({ body }) => JSON.parse(body));
    expect(first.v5).toBe(second.v5);
  });

  test('many packages work in one function; without credentials and network AWS says so', async () => {
    const { value } = await packages.getJson('/many/');
    expect(value).toEqual({
      failure: {
        name: 'CredentialsProviderError',
        message: 'Could not load credentials from any providers',
      },
      types: ['function', 'function', 'function', 'function', 'function'],
    });
  });

  test('pino writes its lines to the log of the function', async () => {
    const reply = await packages.edge.get('/pino-log/page');
    expect(JSON.parse(reply.body)).toEqual({ bindings: { name: 'edge' } });
    const lines = packages.edge.logs
      .filter(({ facts }) => facts.function === 'pino-log')
      .map(({ message }) => JSON.parse(message));
    expect(lines).toMatchObject([
      { level: 30, name: 'edge', uri: '/pino-log/page', token: '[Redacted]', msg: 'a viewer came' },
      { level: 50, err: { type: 'TypeError', message: 'not so good' }, msg: 'not so good' },
    ]);
  });
});
