import { expect, test } from 'vitest';
import { configuration, problemsIn, withFunction } from './configuration.ts';

type Members = Readonly<Record<string, unknown>>;

const behavior = (members: Members): Members =>
  configuration({ behaviors: [{ path: '*', origin: 'app', ...members }] });
const paths = (...list: string[]): Members =>
  configuration({ behaviors: list.map((path) => ({ path, origin: 'app' })) });
const cachePolicy = (members: Members): Members => configuration({ cachePolicies: { p: members } });

test.each<[string, Members, string]>([
  [
    'last behavior',
    paths('/a', '/b'),
    'behaviors[1].path: found "/b", expected "*" as the path of the last behavior',
  ],
  [
    'behavior after the last',
    paths('*', '/b'),
    'behaviors[1].path: found "/b", expected no behavior after the one with path "*"',
  ],
  ['two catch-alls', paths('/*', '*'), 'behaviors[1].path: found "*", expected no behavior after'],
  [
    'same path twice',
    paths('/a', 'a', '*'),
    'behaviors[1].path: found "a", expected a path that no earlier behavior has',
  ],
  ['path characters', paths('/ä', '*'), 'behaviors[0].path: found "/ä", expected a path pattern'],
  [
    'behavior origin',
    behavior({ origin: 'ap' }),
    'behaviors[0].origin: found "ap", expected the name of an origin or of an origin group; did you mean "app"?',
  ],
  [
    'behavior origin like none',
    behavior({ origin: 'zzz' }),
    'behaviors[0].origin: found "zzz", expected the name of an origin or of an origin group (app)',
  ],
  [
    'cache policy',
    behavior({ cachePolicy: 'CachingOptimised' }),
    'behaviors[0].cachePolicy: found "CachingOptimised", expected an entry of cachePolicies or a managed policy; did you mean "CachingOptimized"?',
  ],
  [
    'origin request policy',
    behavior({ originRequestPolicy: 'AllViewers' }),
    'behaviors[0].originRequestPolicy: found "AllViewers", expected an entry of originRequestPolicies or a managed policy; did you mean "AllViewer"?',
  ],
  [
    'response headers policy',
    behavior({ responseHeadersPolicy: 'SimpleCorse' }),
    'did you mean "SimpleCORS"?',
  ],
  [
    'default root object',
    behavior({ defaultRootObject: '/index.html' }),
    'behaviors[0].defaultRootObject: found "/index.html", expected a path without a leading slash',
  ],
  [
    'hook function',
    withFunction({}, { 'viewer-request': 'auht' }),
    'behaviors[0].hooks.viewer-request: found "auht", expected the name of a function; did you mean "auth"?',
  ],
  [
    'hook point',
    withFunction({}, { 'viewer-requests': 'auth' }),
    'behaviors[0].hooks.viewer-requests: found an unknown member with the value "auth", expected a known member; did you mean "viewer-request"?',
  ],
  [
    'hook type',
    withFunction({}, { 'viewer-request': 1 }),
    'behaviors[0].hooks.viewer-request: found 1, expected the name of a function, or an object with "function"',
  ],
  [
    'hook looser than its function',
    withFunction({ timeoutMs: 100 }, { 'viewer-request': { function: 'auth', timeoutMs: 101 } }),
    'behaviors[0].hooks.viewer-request.timeoutMs: found 101, expected at most 100, the limit of function "auth"',
  ],
  [
    'hook CPU looser than its function',
    withFunction({}, { 'viewer-request': { function: 'auth', cpuMs: 51 } }),
    'behaviors[0].hooks.viewer-request.cpuMs: found 51, expected at most 50',
  ],
  [
    'body at a response event',
    withFunction({}, { 'origin-response': { function: 'auth', includeBody: true } }),
    'behaviors[0].hooks.origin-response.includeBody: found an unknown member',
  ],
  [
    'policy with a managed name',
    configuration({ cachePolicies: { CachingOptimized: {} } }),
    'cachePolicies.CachingOptimized: found "CachingOptimized", expected a name that no managed policy has',
  ],
  [
    'policy named Rfc9111',
    configuration({ cachePolicies: { Rfc9111: {} } }),
    'cachePolicies.Rfc9111: found "Rfc9111", expected a name that no managed policy has',
  ],
  [
    'all fields in a key',
    cachePolicy({ key: { headers: 'all' } }),
    'cachePolicies.p.key.headers: found "all", expected "none", a list of field names or',
  ],
  [
    'Cookie in a key',
    cachePolicy({ key: { headers: ['Cookie'] } }),
    'cachePolicies.p.key.headers: found "cookie", expected none of connection, cookie',
  ],
  [
    'two selections in one',
    cachePolicy({ key: { cookies: { include: [], exclude: [] } } }),
    'cachePolicies.p.key.cookies: found {"include":[],"exclude":[]}, expected "all", "none"',
  ],
  [
    'bad name in a selection',
    cachePolicy({ key: { cookies: ['a b'] } }),
    'cachePolicies.p.key.cookies[0]: found "a b", expected a name',
  ],
  [
    'maximum under minimum',
    cachePolicy({ minTtlSeconds: 5, maxTtlSeconds: 4 }),
    'cachePolicies.p.maxTtlSeconds: found 4, expected at least minTtlSeconds (5)',
  ],
  [
    'default over maximum',
    cachePolicy({ defaultTtlSeconds: 5, maxTtlSeconds: 4 }),
    'cachePolicies.p.defaultTtlSeconds: found 5, expected a value from minTtlSeconds (0) to maxTtlSeconds (4)',
  ],
  [
    'field that cannot be removed',
    configuration({ responseHeadersPolicies: { p: { remove: ['Via'] } } }),
    'responseHeadersPolicies.p.remove[0]: found "Via", expected another field',
  ],
  [
    'field that cannot be set',
    configuration({ responseHeadersPolicies: { p: { set: { Connection: 'x' } } } }),
    'responseHeadersPolicies.p.set.Connection: found "Connection", expected another field',
  ],
  [
    'error status',
    configuration({ errorResponses: [{ errorCode: 418 }] }),
    'errorResponses[0].errorCode: found 418, expected one of 400, 403',
  ],
  [
    'error page without status',
    configuration({ errorResponses: [{ errorCode: 404, responsePagePath: '/x' }] }),
    'errorResponses[0].responseCode: found nothing, expected a value, because responsePagePath is set',
  ],
  [
    'error status twice',
    configuration({ errorResponses: [{ errorCode: 404 }, { errorCode: 404 }] }),
    'errorResponses[1].errorCode: found 404, expected a status that no earlier entry has',
  ],
  [
    'response larger than the cache',
    configuration({ cache: { memory: { maxBytes: 2048, maxResponseBytes: 4096 } } }),
    'cache.memory.maxResponseBytes: found 4096, expected at most maxBytes (2048)',
  ],
  [
    'token file',
    configuration({ admin: { tokenFile: 'none' } }),
    'admin.tokenFile: found "none", expected an existing file',
  ],
  [
    'access log folder',
    configuration({ accessLog: { file: 'none/access.log' } }),
    'accessLog.file: found "none/access.log", expected a file in an existing folder',
  ],
  [
    'log level',
    configuration({ log: { level: 'trace' } }),
    'log.level: found "trace", expected one of "debug", "info", "warn", "error", "silent"',
  ],
])('compileConfig() reports, of behaviors and the rest: %s', (_, members, expected) => {
  expect(problemsIn(members)).toContainEqual(expect.stringContaining(expected));
});
