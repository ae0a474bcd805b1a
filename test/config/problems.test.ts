import { expect, test } from 'vitest';
import { compileConfig } from '../../src/config/compile.ts';
import { formatFound, formatPath, formatProblem } from '../../src/config/problem.ts';
import { configuration, problemsIn, withFunction } from './configuration.ts';

type Members = Readonly<Record<string, unknown>>;

const origin = (members: Members): Members =>
  configuration({ origins: { app: { url: 'http://a', ...members } } });
const many = (count: number): Members =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'v']));

test.each<[string, Members, string]>([
  [
    'unknown member',
    configuration({ behaviours: [] }),
    'behaviours: found an unknown member with the value [], expected a known member; did you mean "behaviors"?',
  ],
  [
    'unknown member that is like none',
    origin({ zzz: 1 }),
    'origins.app.zzz: found an unknown member with the value 1, expected one of url, path, headers, connectionAttempts, connectTimeoutMs, readTimeoutMs, keepAliveTimeoutMs, maxConnections, caFile',
  ],
  [
    'missing member',
    configuration({ behaviors: [{ path: '*' }] }),
    'behaviors[0].origin: found nothing, expected a name of 1 to 64',
  ],
  [
    'no origins',
    configuration({ origins: {} }),
    'origins: found {}, expected an object with at least one origin',
  ],
  [
    'no behaviors',
    configuration({ behaviors: [] }),
    'behaviors: found [], expected a list of 1 or more',
  ],
  [
    'no listener',
    configuration({ listeners: [] }),
    'listeners: found [], expected a list of 1 or more',
  ],
  [
    'port',
    configuration({ listeners: [{ port: 65_536 }] }),
    'listeners[0].port: found 65536, expected a whole number from 0 to 65535',
  ],
  [
    'same port twice',
    configuration({ listeners: [{ port: 81 }, { port: 81 }] }),
    'listeners[1].port: found 81, expected a port that no other listener on 127.0.0.1 has',
  ],
  [
    'admin on the port of a listener',
    configuration({ admin: { port: 8080 } }),
    'admin.port: found 8080, expected a port that no other',
  ],
  [
    'workers',
    configuration({ workers: 'many' }),
    'workers: found "many", expected a whole number from 1 to 1024 or "auto"',
  ],
  ['fraction', configuration({ workers: 1.5 }), 'workers: found 1.5, expected a whole number'],
  [
    'origin URL with path',
    origin({ url: 'http://a/b' }),
    'origins.app.url: found "http://a/b", expected a URL such as',
  ],
  [
    'origin URL with credentials',
    origin({ url: 'http://u:p@a' }),
    'origins.app.url: found "http://u:p@a"',
  ],
  [
    'origin URL with a bad port',
    origin({ url: 'http://a:99999' }),
    'origins.app.url: found "http://a:99999", expected a URL with a valid host and port',
  ],
  [
    'origin path',
    origin({ path: '/a/' }),
    'origins.app.path: found "/a/", expected "" or a path such as',
  ],
  [
    'origin field of the edge',
    origin({ headers: { Host: 'x' } }),
    'origins.app.headers.Host: found "x", expected no such field',
  ],
  [
    'origin field of Amazon',
    origin({ headers: { 'X-Amz-Id': 'x' } }),
    'origins.app.headers.X-Amz-Id: found "x", expected no such field',
  ],
  [
    'origin field with a line break',
    origin({ headers: { a: 'x\r\ny: z' } }),
    'origins.app.headers.a: found "x\\r\\ny: z", expected a field value without control characters',
  ],
  [
    'origin field name',
    origin({ headers: { 'a b': 'x' } }),
    'origins.app.headers["a b"]: found "a b", expected a field name',
  ],
  [
    'origin field too long',
    origin({ headers: { a: 'v'.repeat(1784) } }),
    'expected a value of at most 1783 characters',
  ],
  [
    'origin fields too many',
    origin({ headers: many(31) }),
    'expected at most 30 fields, there are 31',
  ],
  [
    'missing authority file',
    origin({ caFile: 'none.pem' }),
    'origins.app.caFile: found "none.pem", expected an existing file',
  ],
  [
    'group of one',
    configuration({ originGroups: { g: { members: ['app'] } } }),
    'originGroups.g.members: found ["app"], expected a list of exactly 2 origin names',
  ],
  [
    'group member unknown',
    configuration({ originGroups: { g: { members: ['app', 'apq'] } } }),
    'originGroups.g.members[1]: found "apq", expected the name of an origin; did you mean "app"?',
  ],
  [
    'group member twice',
    configuration({ originGroups: { g: { members: ['app', 'app'] } } }),
    'originGroups.g.members[1]: found "app", expected another origin than the primary',
  ],
  [
    'group named like an origin',
    configuration({ originGroups: { app: { members: ['app', 'b'] } } }),
    'originGroups.app: found "app", expected a name that no origin has',
  ],
  [
    'failover status',
    configuration({ originGroups: { g: { members: ['app', 'app'], failoverStatusCodes: [200] } } }),
    'originGroups.g.failoverStatusCodes[0]: found 200, expected one of 400, 403',
  ],
  [
    'code missing',
    withFunction({ code: 'hooks/none' }),
    'functions.auth.code: found "hooks/none", expected a folder, or a .js, .mjs, .cjs or .ts file;',
  ],
  [
    'code of another kind',
    withFunction({ code: 'hooks/readme.txt' }),
    'functions.auth.code: found "hooks/readme.txt", expected a folder',
  ],
  [
    'memory',
    withFunction({ memoryMb: 7 }),
    'functions.auth.memoryMb: found 7, expected a whole number from 8 to 10240',
  ],
  [
    'timeout',
    withFunction({ timeoutMs: 30_001 }),
    'functions.auth.timeoutMs: found 30001, expected a whole number from 1 to 30000',
  ],
  [
    'handler',
    withFunction({ handler: 'index' }),
    'functions.auth.handler: found "index", expected file and export, such as "index.handler"',
  ],
  [
    'environment name',
    withFunction({ environment: { '1A': '' } }),
    'functions.auth.environment["1A"]: found "1A", expected a name of letters, digits and "_"',
  ],
  [
    'reserved environment name',
    withFunction({ environment: { AWS_LAMBDA_X: 'x' } }),
    'functions.auth.environment.AWS_LAMBDA_X: found "AWS_LAMBDA_X", expected another name',
  ],
  [
    'environment too large',
    withFunction({ environment: { A: 'é'.repeat(2048) } }),
    'expected at most 4096 bytes of names and values, there are 4097',
  ],
  [
    'allow-list with a path',
    withFunction({ network: { allow: ['https://a/b'] } }),
    'functions.auth.network.allow[0]: found "https://a/b", expected "scheme://host[:port]"',
  ],
  [
    'allow-list with an inner wildcard',
    withFunction({ network: { allow: ['https://a.*.b'] } }),
    'functions.auth.network.allow[0]',
  ],
  [
    'allow-list port',
    withFunction({ network: { allow: ['https://a:70000'] } }),
    'functions.auth.network.allow[0]: found "https://a:70000", expected a port from 1 to 65535',
  ],
  [
    'resolve',
    withFunction({ network: { resolve: { a: '127.0.0.1:1' } } }),
    'functions.auth.network.resolve.a: found "a", expected "host:port"',
  ],
])('compileConfig() reports, of servers and functions: %s', (_, members, expected) => {
  expect(problemsIn(members)).toContainEqual(expect.stringContaining(expected));
});

test('compileConfig() reports that viewer events mix runtimes', () => {
  const functions = {
    a: { code: 'hooks/auth.js' },
    b: { code: 'hooks/auth.js', runtime: 'cloudfront-function' },
  };
  const hooks = { 'viewer-request': 'a', 'viewer-response': 'b' };
  const behaviors = [{ path: '*', origin: 'app', hooks }];
  expect(problemsIn(configuration({ functions, behaviors }))).toContain(
    'behaviors[0].hooks.viewer-response: found "b", expected a function with the runtime of the viewer-request hook, "lambda-edge"',
  );
});

test('compileConfig() reports problems of form and of meaning together', () => {
  const input = {
    workers: 0,
    origins: { app: { url: 'http://a', readTimeoutMs: 'long' } },
    functions: { auth: { code: 'hooks/none' } },
    behaviors: [
      { path: '/a', origin: 'ap', compres: true, hooks: { 'viewer-request': 'auht' } },
      { path: '*', origin: 'app', cachePolicy: 'pages' },
    ],
  };
  expect(problemsIn(input).map((problem) => problem.slice(0, problem.indexOf(': ')))).toEqual([
    'workers',
    'origins.app.readTimeoutMs',
    'behaviors[0].compres',
    'functions.auth.code',
    'behaviors[0].origin',
    'behaviors[0].hooks.viewer-request',
    'behaviors[1].cachePolicy',
  ]);
});

test('compileConfig() reports no reference to an entry that is broken itself', () => {
  const input = {
    origins: { app: {} },
    functions: { auth: {} },
    cachePolicies: { pages: 3 },
    behaviors: [
      { path: '*', origin: 'app', cachePolicy: 'pages', hooks: { 'viewer-request': 'auth' } },
    ],
  };
  expect(problemsIn(input).map((problem) => problem.slice(0, problem.indexOf(': ')))).toEqual([
    'origins.app.url',
    'functions.auth.code',
    'cachePolicies.pages',
  ]);
});

test('compileConfig() looks at the rest of an entry that has a bad list', () => {
  const network = { allow: ['nowhere'] };
  expect(problemsIn(withFunction({ code: 'hooks/none', network }))).toEqual([
    expect.stringMatching(/^functions\.auth\.network\.allow\[0\]: /),
    expect.stringMatching(/^functions\.auth\.code: /),
  ]);
});

test('compileConfig() compares no hook with a limit that could not be read', () => {
  const hooks = { 'viewer-request': { function: 'auth', timeoutMs: 9000 } };
  expect(problemsIn(withFunction({ timeoutMs: '10 s' }, hooks))).toEqual([
    'functions.auth.timeoutMs: found "10 s", expected a whole number from 1 to 30000',
  ]);
});

test.each([[undefined], [null], [[]], ['{}'], [7]])('compileConfig(%j) is a problem', (input) => {
  const loaded = compileConfig(input, '/');
  expect(loaded).toMatchObject({ kind: 'invalid', problems: [{ path: 'the configuration' }] });
});

test.each([
  [[], 'the configuration'],
  [['behaviors', 1, 'hooks', 'viewer-request'], 'behaviors[1].hooks.viewer-request'],
  [['origins', 'a.b', 'url'], 'origins["a.b"].url'],
])('formatPath(%j) is %s', (path, expected) => {
  expect(formatPath(path)).toBe(expected);
});

test('formatFound() shortens long values', () => {
  expect(formatFound('x'.repeat(200))).toBe(`"${'x'.repeat(76)}...`);
});

test('formatProblem() adds the suggestion as a question', () => {
  const problem = { path: 'a', found: '1', expected: 'two' };
  expect(formatProblem(problem)).toBe('a: found 1, expected two');
  expect(formatProblem({ ...problem, suggestion: 'b' })).toBe(
    'a: found 1, expected two; did you mean "b"?',
  );
});

test('a value that breaks two rules is one problem', () => {
  expect(problemsIn(configuration({ limits: { maxHeaderBytes: 1e99 } }))).toEqual([
    'limits.maxHeaderBytes: found 1e+99, expected a whole number from 1024 to 1048576',
  ]);
});
