/** Cache-Status (RFC 9211). */

/** Why the request went forward (RFC 9211 §2.2). */
export type ForwardReason =
  | 'bypass'
  | 'method'
  | 'uri-miss'
  | 'vary-miss'
  | 'miss'
  | 'request'
  | 'stale'
  | 'partial';

/** One member of Cache-Status. `hit` and `fwd` exclude each other (RFC 9211 §2.1). */
export interface CacheStatus {
  /** The name of this cache, a Token. */
  readonly member: string;
  readonly hit?: true | undefined;
  readonly fwd?: ForwardReason | undefined;
  readonly fwdStatus?: number | undefined;
  /** Remaining freshness in seconds; negative when stale. */
  readonly ttlSeconds?: number | undefined;
  readonly stored?: boolean | undefined;
  readonly collapsed?: boolean | undefined;
  readonly key?: string | undefined;
  /** A Token when it reads as one, else a String. */
  readonly detail?: string | undefined;
}

const TOKEN = /^[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*$/;

/** RFC 9651 §3.3.3: a String holds printable ASCII only; other characters are shown as `%xx`. */
function sfString(text: string): string {
  const ascii = text.replaceAll(
    /[^ -~]/g,
    (char) => `%${(char.charCodeAt(0) & 0xff).toString(16).padStart(2, '0')}`,
  );
  return `"${ascii.replaceAll(/["\\]/g, '\\$&')}"`;
}

/** The member as text, parameters in the order of RFC 9211 §2. */
export function formatCacheStatus(status: CacheStatus): string {
  let text = status.member;
  if (status.hit === true) text += '; hit';
  if (status.fwd !== undefined) text += `; fwd=${status.fwd}`;
  if (status.fwdStatus !== undefined) text += `; fwd-status=${status.fwdStatus}`;
  if (status.ttlSeconds !== undefined) text += `; ttl=${status.ttlSeconds}`;
  if (status.stored === true) text += '; stored';
  if (status.collapsed === true) text += '; collapsed';
  if (status.key !== undefined) text += `; key=${sfString(status.key)}`;
  if (status.detail !== undefined) {
    text += `; detail=${TOKEN.test(status.detail) ? status.detail : sfString(status.detail)}`;
  }
  return text;
}
