import { randomFillSync } from 'node:crypto';

const ID_BYTES = 39;
const POOLED_IDS = 128;

const pool = Buffer.allocUnsafeSlow(ID_BYTES * POOLED_IDS);
let nextOffset = pool.length;

/**
 * A new request id in CloudFront's form: 52 characters of base64url and `==` (CloudFront developer guide). Random bytes are drawn for
 * many ids at once: one draw for each id would be the dearest thing that a cached hit does.
 */
export function createRequestId(): string {
  if (nextOffset === pool.length) {
    randomFillSync(pool);
    nextOffset = 0;
  }
  const start = nextOffset;
  nextOffset += ID_BYTES;
  return `${pool.toString('base64url', start, nextOffset)}==`;
}
