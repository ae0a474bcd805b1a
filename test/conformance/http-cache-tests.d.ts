/** The parts of the npm package `http-cache-tests` (github.com/http-tests/cache-tests) that are used here. It has no types. */

type SuiteHandler = (
  pathSegments: string[],
  request: import('node:http').IncomingMessage,
  response: import('node:http').ServerResponse,
) => void;

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
  const handle: SuiteHandler;
  export default handle;
}
declare module 'http-cache-tests/server/handle-state.mjs' {
  const handle: SuiteHandler;
  export default handle;
}
declare module 'http-cache-tests/server/handle-test.mjs' {
  const handle: SuiteHandler;
  export default handle;
}
