/** The parts of the npm package `http-cache-tests` (github.com/http-tests/cache-tests) that are used here. It has no types. */

declare module 'http-cache-tests/tests/index.mjs' {
  /** One test of the suite; everything but these members is its own affair. */
  export interface CacheTest {
    readonly id: string;
    readonly name: string;
    readonly kind?: 'required' | 'optimal' | 'check';
    readonly depends_on?: readonly string[];
    readonly browser_only?: boolean;
  }
  const suites: readonly { readonly tests: readonly CacheTest[] }[];
  export default suites;
}

declare module 'http-cache-tests/client/test.mjs' {
  import type { CacheTest } from 'http-cache-tests/tests/index.mjs';
  /** By test id: `true`, or the name of an error and its message. */
  export const testResults: Record<string, true | readonly [name: string, message: string]>;
  /** Runs a test, changes its object, and leaves the result in `testResults`. Never rejects. */
  export function makeCacheTest(test: CacheTest): Promise<void>;
}

declare module 'http-cache-tests/client/config.mjs' {
  export function setFetch(fetch: unknown): void;
  export function setBaseUrl(url: string): void;
  export function setUseBrowserCache(isBrowser: boolean): void;
}

declare module 'http-cache-tests/server/handle-config.mjs' {
  import type { IncomingMessage, ServerResponse } from 'node:http';
  /** Answers one request of the suite; the segments are those of the path behind the name of the handler. */
  export type SuiteHandler = (
    pathSegments: string[],
    request: IncomingMessage,
    response: ServerResponse,
  ) => void;
  const handle: SuiteHandler;
  export default handle;
}

declare module 'http-cache-tests/server/handle-state.mjs' {
  export { default } from 'http-cache-tests/server/handle-config.mjs';
}

declare module 'http-cache-tests/server/handle-test.mjs' {
  export { default } from 'http-cache-tests/server/handle-config.mjs';
}
