import { describe, expect, test } from 'vitest';
import { formatCacheStatus } from '../../src/http/cache-status.ts';

describe('formatCacheStatus()', () => {
  test.each([
    [{ hit: true, ttlSeconds: 30 }, 'isoedge; hit; ttl=30'],
    [
      { hit: true, ttlSeconds: -4, detail: 'origin-failing' },
      'isoedge; hit; ttl=-4; detail=origin-failing',
    ],
    [
      { fwd: 'uri-miss', fwdStatus: 200, stored: true, collapsed: true, key: 'a/b c' },
      'isoedge; fwd=uri-miss; fwd-status=200; stored; collapsed; key="a/b c"',
    ],
    [{ fwd: 'stale', stored: false, collapsed: false }, 'isoedge; fwd=stale'],
    [{ fwd: 'bypass', detail: 'two words' }, 'isoedge; fwd=bypass; detail="two words"'],
    [{ key: '"\\é' }, 'isoedge; key="\\"\\\\%e9"'],
  ] as const)('of %j is %s (RFC 9211 §2)', (status, text) => {
    expect(formatCacheStatus({ member: 'isoedge', ...status })).toBe(text);
  });
});
