/** What exists in an isolate beside the ECMAScript globals while the guest is bundled. */

/** Bundled away by esbuild: the module is evaluated at the first call, not when the guest boots. */
declare function require(specifier: string): unknown;

/** Packages that are bundled into the guest without their own types, which would need Node's. */
declare module 'node-inspect-extracted';
declare module 'readable-stream';
declare module 'punycode/punycode.js';
declare module 'path-browserify';
declare module 'web-streams-polyfill';

interface ErrorConstructor {
  captureStackTrace(target: object, above?: unknown): void;
  stackTraceLimit: number;
}
