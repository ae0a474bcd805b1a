import type { EpochMs } from '../../../src/base/clock.ts';
import type { AdmissionInput } from '../../../src/cache/policy/admission.ts';
import { admit } from '../../../src/cache/policy/admit.ts';
import type { CloudfrontPolicy } from '../../../src/cache/policy/freshness.ts';
import { cacheKey } from '../../../src/cache/policy/key.ts';
import type { StoredHead, StoredResponse } from '../../../src/cache/stored-response.ts';
import type { CachePolicy } from '../../../src/config/config.ts';
import type { Fields } from '../../../src/http/fields.ts';
import { formatHttpDate } from '../../../src/http/http-date.ts';
import type { RequestHead, ResponseHead } from '../../../src/http/message.ts';

/** A whole second, so that Date loses nothing. */
export const NOW: EpochMs = Date.UTC(2026, 10, 20, 12, 0, 0);
export const TIMES = { requestedAt: NOW, respondedAt: NOW };

export const RFC9111: CachePolicy = { kind: 'rfc9111', name: 'Rfc9111' };

export function cloudfront(changes: Partial<CloudfrontPolicy> = {}): CloudfrontPolicy {
  return {
    kind: 'cloudfront',
    name: 'test',
    minTtlSeconds: 0,
    defaultTtlSeconds: 86_400,
    maxTtlSeconds: 31_536_000,
    headers: { kind: 'none' },
    cookies: { kind: 'none' },
    queryStrings: { kind: 'none' },
    acceptEncodingGzip: false,
    acceptEncodingBrotli: false,
    ...changes,
  };
}

export function httpDate(offsetSeconds: number): string {
  return formatHttpDate(NOW + offsetSeconds * 1000);
}

export function get(fields: Fields = [], path = '/a', query = ''): RequestHead {
  return { method: 'GET', path, query, fields };
}

export function ok(fields: Fields = [], status = 200): ResponseHead {
  return { status, reason: 'Reason', fields };
}

export function exchange(
  fields: Fields,
  changes: Partial<AdmissionInput> & { readonly status?: number } = {},
): AdmissionInput {
  const { status = 200, ...rest } = changes;
  const request = rest.request ?? get();
  const policy = rest.policy ?? RFC9111;
  return {
    key: cacheKey(policy, 'example.com', request),
    policy,
    request,
    response: ok(fields, status),
    times: TIMES,
    maxResponseBytes: 1000,
    ...rest,
  };
}

export function storedHeadOf(
  fields: Fields,
  changes: Parameters<typeof exchange>[1] = {},
): StoredHead {
  const admission = admit(exchange(fields, changes));
  if (admission.kind !== 'stored') throw new Error(`not stored: ${admission.reason}`);
  return admission.head;
}

export function storedOf(
  fields: Fields,
  content = 'content',
  changes: Parameters<typeof exchange>[1] = {},
): StoredResponse {
  return { ...storedHeadOf(fields, changes), content: Buffer.from(content) };
}
