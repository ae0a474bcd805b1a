import type { StoredResponse } from '../stored-response.ts';

/** What a purge removes. Without `host` stored responses of every host go. */
export type PurgeSelector =
  /** `target` is `/path?query` as it is in the key. All variants go. */
  | { readonly kind: 'url'; readonly host?: string; readonly target: string }
  /** Every target that begins with `prefix`. */
  | { readonly kind: 'prefix'; readonly host?: string; readonly prefix: string }
  | { readonly kind: 'all' };

/**
 * Where stored responses are kept, by the text of their primary key. Values are never changed. A store in memory answers at
 * once; others may return promises.
 */
export interface CacheStore {
  /** Bytes in use: keys, fields and contents. */
  readonly bytes: number;
  /** Primary keys in use. */
  readonly size: number;
  /** All variants under a key, newest first; `undefined` when there is none. */
  get(
    keyText: string,
  ): readonly StoredResponse[] | undefined | Promise<readonly StoredResponse[] | undefined>;
  /** Adds a variant, or replaces the one with the same selection. False: it is too large for the store and left out. */
  put(stored: StoredResponse): boolean | Promise<boolean>;
  /** Puts `next` only if `previous` is still there: a purge in between wins. */
  replace(previous: StoredResponse, next: StoredResponse): boolean | Promise<boolean>;
  /** Removes one variant, if it is still there. */
  remove(stored: StoredResponse): boolean | Promise<boolean>;
  /** Removes all variants under a key. */
  delete(keyText: string): boolean | Promise<boolean>;
  /** Removes what the selector names and says how many stored responses that were. */
  purge(selector: PurgeSelector): number | Promise<number>;
  /** Releases everything; the store is not used afterwards. */
  dispose(): void | Promise<void>;
}

/** Whether a purge is about this key. */
export function isPurged(
  selector: PurgeSelector,
  key: { readonly host: string; readonly target: string },
): boolean {
  if (selector.kind === 'all') return true;
  // A key without a host is shared by all hosts.
  if (selector.host !== undefined && key.host !== '' && selector.host.toLowerCase() !== key.host) {
    return false;
  }
  return selector.kind === 'url'
    ? key.target === selector.target
    : key.target.startsWith(selector.prefix);
}
