import path from 'node:path';
import { expect, test } from 'vitest';
import { compileConfig } from '../../src/config/compile.ts';
import { compiled, configFolder, configuration, withFunction } from './configuration.ts';

test('compileConfig() fills in the defaults of every section', () => {
  const config = compiled(configuration());
  expect(config).toMatchObject({
    listeners: [{ host: '127.0.0.1', port: 8080 }],
    workers: 1,
    originGroups: {},
    functions: {},
    errorResponses: [],
    cache: { memory: { maxBytes: 268_435_456, maxResponseBytes: 16_777_216 } },
    limits: { maxUrlBytes: 8192, maxHeaderBytes: 32_768, maxBodyBytes: 68_719_476_736 },
    log: { level: 'info', format: 'json' },
    compat: 'isoedge',
    distribution: { domainName: 'd111111abcdef8.cloudfront.net', id: 'EDFDVBD6EXAMPLE' },
    debug: false,
    drainTimeoutMs: 30_000,
  });
  expect(config).not.toHaveProperty('admin');
  expect(config).not.toHaveProperty('accessLog');
});

test.each([
  ['http://127.0.0.1:8081', { protocol: 'http', hostname: '127.0.0.1', port: 8081 }],
  ['https://origin.example/', { protocol: 'https', hostname: 'origin.example', port: 443 }],
  ['HTTP://Origin.Example', { protocol: 'http', hostname: 'origin.example', port: 80 }],
  ['http://[::1]:9000', { protocol: 'http', hostname: '[::1]', port: 9000 }],
])('compileConfig() takes the origin URL %s apart', (url, expected) => {
  const config = compiled(configuration({ origins: { app: { url } } }));
  expect(config.origins['app']).toMatchObject({ name: 'app', path: '', ...expected });
});

test('compileConfig() makes one flat list of the custom fields of an origin', () => {
  const headers = { 'X-Key': 'a', 'x-other': 'b' };
  const config = compiled(configuration({ origins: { app: { url: 'http://a', headers } } }));
  expect(config.origins['app']?.headers).toEqual(['X-Key', 'a', 'x-other', 'b']);
});

test('compileConfig() gives a group its name, members and codes', () => {
  const config = compiled(
    configuration({
      origins: { app: { url: 'http://a' }, backup: { url: 'http://b' } },
      originGroups: { ha: { members: ['app', 'backup'] } },
      behaviors: [{ path: '*', origin: 'ha' }],
    }),
  );
  expect(config.originGroups).toEqual({
    ha: { name: 'ha', members: ['app', 'backup'], failoverStatusCodes: [500, 502, 503, 504] },
  });
  expect(config.behaviors[0]?.origin).toBe('ha');
});

test('compileConfig() makes paths absolute, from the folder it is given', () => {
  const folder = configFolder();
  const input = configuration({
    origins: { app: { url: 'https://a', caFile: 'ca.pem' } },
    functions: { site: { code: './hooks/site', network: { caFile: './ca.pem' } } },
    admin: { tokenFile: 'ca.pem' },
    accessLog: { file: 'access.log' },
  });
  const loaded = compileConfig(input, folder);
  expect(loaded).toMatchObject({
    kind: 'loaded',
    config: {
      baseDir: folder,
      origins: { app: { caFile: path.join(folder, 'ca.pem') } },
      functions: {
        site: {
          code: path.join(folder, 'hooks/site'),
          network: { caFile: path.join(folder, 'ca.pem') },
        },
      },
      admin: { host: '127.0.0.1', port: 9180, tokenFile: path.join(folder, 'ca.pem') },
      accessLog: { file: path.join(folder, 'access.log'), format: 'json' },
    },
  });
});

test('compileConfig() leaves "-" as the file of the access log', () => {
  expect(compiled(configuration({ accessLog: {} })).accessLog?.file).toBe('-');
});

test('compileConfig() resolves "auto" to a number of workers', () => {
  expect(compiled(configuration({ workers: 'auto' })).workers).toBeGreaterThanOrEqual(1);
  expect(compiled(configuration({ workers: 3 })).workers).toBe(3);
});

test('compileConfig() gives a function its limits, and a trust group of its own', () => {
  const config = compiled(withFunction({ memoryMb: 64, environment: { REALM: 'staff' } }));
  expect(config.functions['auth']).toMatchObject({
    name: 'auth',
    handler: 'index.handler',
    runtime: 'lambda-edge',
    limits: {
      memoryMb: 64,
      timeoutMs: 5000,
      cpuMs: 50,
      concurrency: 100,
      queue: 1000,
      initTimeoutMs: 10_000,
    },
    environment: { REALM: 'staff' },
    network: { allow: [], resolve: {} },
    trustGroup: 'auth',
  });
});

test('compileConfig() takes the trust group that the file names', () => {
  const config = compiled(withFunction({ trustGroup: 'staff' }));
  expect(config.functions['auth']?.trustGroup).toBe('staff');
});

test('compileConfig() writes the hosts of an allow-list in lower case', () => {
  const allow = ['https://*.Example.com:8443', 'http://10.0.0.1'];
  const resolve = { 'Login.example.com:443': '127.0.0.1:9443' };
  const config = compiled(withFunction({ network: { allow, resolve } }));
  expect(config.functions['auth']?.network).toEqual({
    allow: ['https://*.example.com:8443', 'http://10.0.0.1'],
    resolve: { 'login.example.com:443': '127.0.0.1:9443' },
  });
});

test('compileConfig() makes records of hooks: the limits of the function, tightened by the hook', () => {
  const config = compiled(
    withFunction(
      { timeoutMs: 2000 },
      {
        'viewer-request': 'auth',
        'origin-request': { function: 'auth', includeBody: true, onFailure: 'stale' },
        'viewer-response': { function: 'auth', timeoutMs: 20, cpuMs: 5, onFailure: 'continue' },
      },
    ),
  );
  const untightened = { function: 'auth', timeoutMs: 2000, cpuMs: 50 };
  expect(config.behaviors[0]?.hooks).toEqual({
    'viewer-request': { ...untightened, includeBody: false, onFailure: 'fail' },
    'origin-request': { ...untightened, includeBody: true, onFailure: 'stale' },
    'viewer-response': {
      function: 'auth',
      includeBody: false,
      timeoutMs: 20,
      cpuMs: 5,
      onFailure: 'continue',
    },
  });
});

test.each([
  ['*', '*'],
  ['/*', '*'],
])('compileConfig() writes the last path %j as %j', (given, expected) => {
  const config = compiled(configuration({ behaviors: [{ path: given, origin: 'app' }] }));
  expect(config.behaviors[0]?.path).toBe(expected);
});

test.each([
  ['/api/*', '/api/*'],
  ['images/?.jpg', '/images/?.jpg'],
  ['*.jpg', '*.jpg'],
])('compileConfig() writes the path %j as %j: the leading slash is optional', (given, expected) => {
  const behaviors = [
    { path: given, origin: 'app' },
    { path: '*', origin: 'app' },
  ];
  expect(compiled(configuration({ behaviors })).behaviors[0]?.path).toBe(expected);
});

test.each([
  [undefined, 'all'],
  ['Rfc9111', 'all'],
  ['CachingOptimized', 'read'],
  ['pages', 'read'],
])('compileConfig() allows, under cache policy %s, the methods %j', (cachePolicy, expected) => {
  const behavior = { path: '*', origin: 'app', ...(cachePolicy ? { cachePolicy } : {}) };
  const config = compiled(configuration({ cachePolicies: { pages: {} }, behaviors: [behavior] }));
  expect(config.behaviors[0]?.allowedMethods).toBe(expected);
});

test('compileConfig() takes the allowed methods of the file over the default of the policy', () => {
  const behaviors = [
    { path: '*', origin: 'app', cachePolicy: 'CachingDisabled', allowedMethods: 'all' },
  ];
  expect(compiled(configuration({ behaviors })).behaviors[0]?.allowedMethods).toBe('all');
});

test('compileConfig() freezes what it gives out', () => {
  const config = compiled(withFunction({}, { 'viewer-request': 'auth' }));
  expect(Object.isFrozen(config)).toBe(true);
  expect(Object.isFrozen(config.behaviors[0]?.hooks['viewer-request'])).toBe(true);
  expect(structuredClone(config)).toEqual(config);
});

test('compileConfig() leaves its input as it was', () => {
  const input = withFunction({ environment: { A: '1' } }, { 'viewer-request': 'auth' });
  const before = structuredClone(input);
  compiled(input);
  expect(input).toEqual(before);
  expect(Object.isFrozen(input['functions'])).toBe(false);
});

test('compileConfig() lets a small cache store responses of its whole size', () => {
  const config = compiled(configuration({ cache: { memory: { maxBytes: 4096 } } }));
  expect(config.cache.memory).toEqual({ maxBytes: 4096, maxResponseBytes: 4096 });
});
