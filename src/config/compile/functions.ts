import path from 'node:path';
import type { z } from 'zod';
import type { FunctionConfig, NetworkConfig } from '../config.ts';
import type { ConfigPieces } from '../parse.ts';
import type { ConfigPath } from '../problem.ts';
import type { functionType, networkType } from '../schema/functions.ts';
import { unsupportedAt } from '../unsupported.ts';
import { absolutePath, type CompileContext, existingFile, pathKind } from './context.ts';

type FunctionInput = z.output<typeof functionType>;
type NetworkInput = z.output<typeof networkType>;

const CODE_ENDINGS: ReadonlySet<string> = new Set(['.js', '.mjs', '.cjs', '.ts']);
/** Lambda, environment variables: all names and values together. */
const MAX_ENVIRONMENT_BYTES = 4096;
const RESERVED_PREFIXES = ['AWS_LAMBDA_', 'LAMBDA_'];
const CLOUDFRONT_FUNCTIONS_GROUP = 'cloudfront-functions';
const LARGEST_PORT = 65_535;

/** Functions by name: absolute paths, limits in one record, trust group decided. */
export function compileFunctions(
  pieces: ConfigPieces,
  context: CompileContext,
): Record<string, FunctionConfig> {
  const functions: Record<string, FunctionConfig> = {};
  for (const [name, { value }] of pieces.functions) {
    functions[name] = compileFunction(name, value, context);
  }
  return functions;
}

function compileFunction(
  name: string,
  input: FunctionInput,
  context: CompileContext,
): FunctionConfig {
  const at = ['functions', name];
  const { memoryMb, timeoutMs, cpuMs, concurrency, queue, initTimeoutMs } = input;
  checkEnvironment([...at, 'environment'], input.environment, context);
  return {
    name,
    code: compileCode([...at, 'code'], input.code, context),
    handler: input.handler,
    runtime: input.runtime,
    limits: { memoryMb, timeoutMs, cpuMs, concurrency, queue, initTimeoutMs },
    environment: input.environment,
    network: compileNetwork([...at, 'network'], input.network, context),
    trustGroup: input.trustGroup ?? defaultTrustGroup(name, input),
  };
}

function defaultTrustGroup(name: string, input: FunctionInput): string {
  return input.runtime === 'cloudfront-function' ? CLOUDFRONT_FUNCTIONS_GROUP : name;
}

function compileCode(at: ConfigPath, code: string, context: CompileContext): string {
  const absolute = absolutePath(context, code);
  if (unsupportedAt(at, code) !== undefined) return absolute;
  const kind = pathKind(absolute);
  const isCode = kind === 'file' && CODE_ENDINGS.has(path.extname(absolute));
  if (kind !== 'folder' && !isCode) {
    const there = kind === 'missing' ? `${absolute} does not exist` : `${absolute} is none`;
    const expected = `a folder, or a .js, .mjs, .cjs or .ts file; ${there}`;
    context.report({ path: at, found: code, expected });
  }
  return absolute;
}

function checkEnvironment(
  at: ConfigPath,
  environment: Readonly<Record<string, string>>,
  context: CompileContext,
): void {
  let sizeBytes = 0;
  for (const [name, value] of Object.entries(environment)) {
    sizeBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    const prefix = RESERVED_PREFIXES.find((prefix) => name.startsWith(prefix));
    if (prefix !== undefined) {
      const expected = `another name: those that begin with ${prefix} are reserved`;
      context.report({ path: [...at, name], found: name, expected });
    }
  }
  if (sizeBytes > MAX_ENVIRONMENT_BYTES) {
    const expected = `at most ${MAX_ENVIRONMENT_BYTES} bytes of names and values, there are ${sizeBytes}`;
    context.report({ path: at, found: environment, expected });
  }
}

function compileNetwork(
  at: ConfigPath,
  input: NetworkInput,
  context: CompileContext,
): NetworkConfig {
  input.allow.forEach((entry, index) => {
    checkPort([...at, 'allow', index], entry, context);
  });
  for (const [from, to] of Object.entries(input.resolve)) {
    checkPort([...at, 'resolve', from], from, context);
    checkPort([...at, 'resolve', from], to, context);
  }
  const allow = input.allow.map((entry) => entry.toLowerCase());
  const resolve = Object.fromEntries(
    Object.entries(input.resolve).map(([from, to]) => [from.toLowerCase(), to]),
  );
  return input.caFile === undefined
    ? { allow, resolve }
    : { allow, resolve, caFile: existingFile(context, [...at, 'caFile'], input.caFile) };
}

function checkPort(at: ConfigPath, text: string, context: CompileContext): void {
  const digits = /:(\d+)$/.exec(text)?.[1];
  const port = digits === undefined ? 1 : Number(digits);
  if (port >= 1 && port <= LARGEST_PORT) return;
  context.report({ path: at, found: text, expected: `a port from 1 to ${LARGEST_PORT}` });
}
