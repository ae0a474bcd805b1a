import { expect, test } from 'vitest';
import { configuration, problemsIn, withFunction } from './configuration.ts';

type Members = Readonly<Record<string, unknown>>;

const UNSUPPORTED = 'not supported in this version';

test.each<[string, Members, string]>([
  [
    'TLS',
    configuration({ listeners: [{ tls: 'self-signed' }] }),
    `listeners[0].tls: found "self-signed", expected no such member: TLS on listeners is ${UNSUPPORTED}`,
  ],
  [
    'zip',
    withFunction({ code: 'hooks/auth.zip' }),
    `functions.auth.code: found "hooks/auth.zip", expected another value: code in a .zip file is ${UNSUPPORTED}`,
  ],
  [
    'layers',
    withFunction({ layers: [] }),
    `functions.auth.layers: found [], expected no such member: layers are ${UNSUPPORTED}`,
  ],
  [
    'secrets',
    withFunction({ secrets: {} }),
    `functions.auth.secrets: found {}, expected no such member: secrets are ${UNSUPPORTED}`,
  ],
  [
    'key value store of a function',
    withFunction({ keyValueStore: 'f' }),
    `functions.auth.keyValueStore: found "f", expected no such member: key value stores are ${UNSUPPORTED}`,
  ],
  [
    'key value stores',
    configuration({ keyValueStores: {} }),
    `keyValueStores: found {}, expected no such member: key value stores are ${UNSUPPORTED}`,
  ],
  [
    'runtime',
    withFunction({ runtime: 'cloudfront-function' }),
    `functions.auth.runtime: found "cloudfront-function", expected another value: the runtime "cloudfront-function" is ${UNSUPPORTED}`,
  ],
  [
    'disk',
    configuration({ cache: { disk: {} } }),
    `cache.disk: found {}, expected no such member: the disk tier of the cache is ${UNSUPPORTED}`,
  ],
  [
    'Redis',
    configuration({ cache: { redis: {} } }),
    `cache.redis: found {}, expected no such member: the Redis tier of the cache is ${UNSUPPORTED}`,
  ],
  [
    'alias',
    withFunction({}, { 'viewer-request': 'auth:live' }),
    `behaviors[0].hooks.viewer-request: found "auth:live", expected another value: versions and aliases are ${UNSUPPORTED}`,
  ],
  [
    'version',
    withFunction({}, { 'viewer-request': { function: 'auth:3' } }),
    `behaviors[0].hooks.viewer-request.function: found "auth:3", expected another value: versions and aliases are ${UNSUPPORTED}`,
  ],
])('compileConfig() refuses what this version cannot do, once: %s', (_, members, expected) => {
  expect(problemsIn(members)).toEqual([expected]);
});
