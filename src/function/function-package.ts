import type { FunctionConfig } from '../config/config.ts';

/** One loaded function: everything a hook host needs to make environments of it. Plain data; crosses processes. */
export interface FunctionPackage {
  readonly name: string;
  /** First 12 hex digits of the SHA-256 of code and settings; names this exact version in logs and metrics. */
  readonly version: string;
  readonly config: FunctionConfig;
  /**
   * The bundled program. `cjs`: the body of a CommonJS module (`exports`, `require`, `module`, `__filename`, `__dirname` are
   * its parameters). `esm`: an ES module that imports only Node builtins, used when the code has top-level `await`.
   */
  readonly program: { readonly format: 'cjs' | 'esm'; readonly text: string };
  /** Source map (JSON text, version 3) from the program to the user's files. */
  readonly sourceMap?: string;
  /** Export path inside the module: `handler` or `nested.handler` of the setting. */
  readonly exportPath: readonly string[];
  /**
   * Files of the package that the code may read with `fs`, by path relative to the package root (`config.json`,
   * `templates/a.html`), as base64. The root is `/var/task` for the function.
   */
  readonly files: Readonly<Record<string, string>>;
}
