import type { FunctionLimits } from '../../src/config/config.ts';
import type { HostedFunction } from '../../src/host/hook-call.ts';

/** What a test may say of a function beside its program. */
export interface HostedOptions extends Partial<FunctionLimits> {
  readonly trustGroup?: string;
  readonly format?: 'cjs' | 'esm';
  readonly environment?: Readonly<Record<string, string>>;
}

/** A function with a CommonJS program, as `function/` would hand it over. */
export function hosted(name: string, text: string, options: HostedOptions = {}): HostedFunction {
  const { trustGroup = name, format = 'cjs', environment = {}, ...given } = options;
  const limits = {
    memoryMb: 128,
    timeoutMs: 5000,
    cpuMs: 1000,
    concurrency: 100,
    queue: 1000,
    initTimeoutMs: 5000,
    ...given,
  };
  return {
    settings: {
      name,
      version: 'v1',
      format,
      filename: '/var/task/index.js',
      exportPath: ['handler'],
      environment,
      files: {},
      memoryMb: limits.memoryMb,
      initTimeoutMs: limits.initTimeoutMs,
    },
    text,
    limits,
    trustGroup,
    network: { allow: [], resolve: {} },
  };
}
