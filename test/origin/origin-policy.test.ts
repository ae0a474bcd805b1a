import { describe, expect, test } from 'vitest';
import { EdgeError } from '../../src/base/edge-error.ts';
import type { ErrorCode } from '../../src/base/error-codes.ts';
import { NO_CONTENT } from '../../src/http/message.ts';
import { failoverDecision } from '../../src/origin/failover.ts';
import { originResponseFields } from '../../src/origin/response-fields.ts';
import { type FailedAttempt, retryDecision } from '../../src/origin/retry.ts';
import { targetOn } from './client-fixture.ts';

describe('failoverDecision() (CloudFront developer guide)', () => {
  test.each<[string, number, number[], string]>([
    ['GET', 503, [500, 503], 'failover status'],
    ['HEAD', 404, [404], 'failover status'],
    ['OPTIONS', 500, [500], 'failover status'],
    ['GET', 200, [500], 'stay not-listed'],
    ['POST', 503, [503], 'stay method'],
  ])('of %s answered %i with codes %j is %s', (method, status, codes, expected) => {
    const { kind, reason } = failoverDecision(method, { kind: 'response', status }, codes);
    expect(`${kind} ${reason}`).toBe(expected);
  });

  test.each<[ErrorCode, number[], string]>([
    ['EDGE_ORIGIN_CONNECT', [503], 'failover unreachable'],
    ['EDGE_ORIGIN_CONNECT', [502], 'failover unreachable'],
    ['EDGE_ORIGIN_CONNECT', [504], 'stay not-listed'],
    ['EDGE_ORIGIN_DNS', [503], 'failover unreachable'],
    ['EDGE_ORIGIN_TLS', [502], 'failover unreachable'],
    ['EDGE_ORIGIN_CONNECT_TIMEOUT', [504], 'failover timeout'],
    ['EDGE_ORIGIN_READ_TIMEOUT', [504], 'failover timeout'],
    ['EDGE_ORIGIN_READ_TIMEOUT', [503], 'stay not-listed'],
    ['EDGE_ORIGIN_MALFORMED', [502], 'failover broken'],
    ['EDGE_ORIGIN_ABORTED', [502], 'failover broken'],
    ['EDGE_ORIGIN_HEADERS_TOO_LARGE', [502], 'failover broken'],
    ['EDGE_VIEWER_ABORTED', [500, 502, 503, 504], 'stay not-origin'],
  ])('of %s with codes %j is %s', (code, codes, expected) => {
    const { kind, reason } = failoverDecision('GET', { kind: 'failure', code }, codes);
    expect(`${kind} ${reason}`).toBe(expected);
  });
});

const failed = (code: ErrorCode, phase: FailedAttempt['phase'], reusedConnection = false) => ({
  error: new EdgeError(code, 'x'),
  phase,
  reusedConnection,
});

describe('retryDecision()', () => {
  const bytes = { kind: 'bytes', bytes: Buffer.from('x') } as const;
  const none = { connectFailures: 0, staleRetries: 0 };

  test.each<[string, Parameters<typeof retryDecision>[1], typeof none, string]>([
    [
      'the first refused connection',
      failed('EDGE_ORIGIN_CONNECT', 'connecting'),
      none,
      'connect-again',
    ],
    [
      'the last one',
      failed('EDGE_ORIGIN_CONNECT', 'connecting'),
      { connectFailures: 2, staleRetries: 0 },
      'give-up',
    ],
    ['a handshake that would fail again', failed('EDGE_ORIGIN_TLS', 'connecting'), none, 'give-up'],
    ['a stale connection', failed('EDGE_ORIGIN_ABORTED', 'sent', true), none, 'stale-again'],
    [
      'many stale connections',
      failed('EDGE_ORIGIN_ABORTED', 'sent', true),
      { connectFailures: 0, staleRetries: 3 },
      'give-up',
    ],
    ['a fresh connection that was closed', failed('EDGE_ORIGIN_ABORTED', 'sent'), none, 'give-up'],
    [
      'a response that had begun',
      failed('EDGE_ORIGIN_ABORTED', 'responding', true),
      none,
      'give-up',
    ],
    ['a read timeout', failed('EDGE_ORIGIN_READ_TIMEOUT', 'sent', true), none, 'give-up'],
    ['a viewer that left', failed('EDGE_VIEWER_ABORTED', 'connecting'), none, 'give-up'],
  ])('after %s', (_name, attempt, soFar, expected) => {
    const request = { method: 'GET', content: NO_CONTENT, target: targetOn(1) };
    expect(retryDecision(request, attempt, soFar)).toBe(expected);
  });

  test.each([
    ['POST', NO_CONTENT],
    ['DELETE', NO_CONTENT],
    ['GET', bytes],
  ])('never repeats %s %j', (method, content) => {
    const request = { method, content, target: targetOn(1) };
    expect(retryDecision(request, failed('EDGE_ORIGIN_CONNECT', 'connecting'), none)).toBe(
      'give-up',
    );
  });
});

describe('originResponseFields()', () => {
  test('drops the fields of the connection and those it names (RFC 9110 §7.6.1)', () => {
    const fields = [
      'Connection',
      'X-Hop',
      'X-Hop',
      '1',
      'Keep-Alive',
      '5',
      'Trailer',
      'x',
      'Upgrade',
      'h2c',
      'Proxy-Authenticate',
      'x',
      'set-Cookie',
      'a',
      'Set-Cookie',
      'b',
      'Content-Length',
      '2',
    ];
    expect(originResponseFields(fields)).toEqual([
      'set-Cookie',
      'a',
      'Set-Cookie',
      'b',
      'Content-Length',
      '2',
    ]);
  });

  test('drops Content-Length beside Transfer-Encoding (RFC 9112 §6.3)', () => {
    expect(
      originResponseFields(['Content-Length', '9', 'Transfer-Encoding', 'chunked', 'A', 'b']),
    ).toEqual(['A', 'b']);
  });
});
