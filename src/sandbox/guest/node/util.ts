import { format, formatWithOptions, inspect, stripVTControlCharacters } from '../core/inspect.ts';
import { addTick } from '../core/loop.ts';
import { invalidArgType, mustBeFunction, nodeError } from '../core/node-error.ts';
import { TextDecoder, TextEncoder } from '../web/encoding.ts';
import type * as ownBufferModule from './buffer.ts';
import { isDeepEqual } from './deep-equal.ts';
import type * as ownParseArgsModule from './parse-args.ts';
import { process } from './process.ts';
import { errorNumber, systemErrors } from './system-errors.ts';
import { styleText } from './util-style.ts';
import { types } from './util-types.ts';

type Anything = (this: unknown, ...args: unknown[]) => unknown;

const custom = Symbol.for('nodejs.util.promisify.custom');
const customArgs = Symbol('customPromisifyArgs');

/** A function that returns a promise, from one that takes a callback as its last argument. */
export function promisify(original: Anything): Anything {
  mustBeFunction(original, 'original');
  const given = (original as unknown as Record<symbol, unknown>)[custom];
  if (given !== undefined) {
    mustBeFunction(given, 'util.promisify.custom');
    return Object.defineProperty(given as Anything, custom, {
      value: given,
      enumerable: false,
      writable: false,
      configurable: true,
    });
  }
  const names = (original as unknown as Record<symbol, readonly string[] | undefined>)[customArgs];
  const promisified = function (this: unknown, ...args: unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const callback = (error: unknown, ...values: unknown[]): void => {
        if (error) reject(error);
        else if (names === undefined || values.length < 2) resolve(values[0]);
        else resolve(Object.fromEntries(names.map((name, i) => [name, values[i]])));
      };
      Reflect.apply(original, this, [...args, callback]);
    });
  };
  Object.setPrototypeOf(promisified, Object.getPrototypeOf(original) as object);
  Object.defineProperty(promisified, custom, { value: promisified, configurable: true });
  return Object.defineProperties(
    promisified,
    Object.getOwnPropertyDescriptors(original),
  ) as Anything;
}
promisify.custom = custom;

function falsyRejection(reason: unknown): Error {
  const message = 'Promise was rejected with falsy value';
  return nodeError(Error, 'ERR_FALSY_VALUE_REJECTION', message, { reason });
}

/** The reverse of promisify. */
export function callbackify(original: Anything): Anything {
  mustBeFunction(original, 'original');
  const callbackified = function (this: unknown, ...args: unknown[]): void {
    const report = args.pop() as Anything;
    mustBeFunction(report, 'last argument');
    const promise = Reflect.apply(original, this, args) as Promise<unknown>;
    promise.then(
      (value) => addTick(report, [null, value]),
      (reason: unknown) => addTick(report, [reason || falsyRejection(reason)]),
    );
  };
  Object.defineProperty(callbackified, 'name', { value: `${original.name}Callbackified` });
  Object.defineProperty(callbackified, 'length', { value: original.length + 1 });
  return callbackified;
}

function inherits(
  child: { super_?: unknown; prototype: object },
  parent: { prototype: object },
): void {
  if (child === undefined || child === null)
    throw invalidArgType('ctor', 'of type function', child);
  if (parent === undefined || parent === null)
    throw invalidArgType('superCtor', 'of type function', parent);
  if (parent.prototype === undefined) {
    throw invalidArgType('superCtor.prototype', 'of type object', parent.prototype);
  }
  Object.defineProperty(child, 'super_', { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(child.prototype, parent.prototype);
}

const warned = new Set<string>();

function deprecate(original: Anything, message: string, code?: string): Anything {
  let hasWarned = false;
  const deprecated = function (this: unknown, ...args: unknown[]): unknown {
    if (
      !hasWarned &&
      !(code !== undefined && warned.has(code)) &&
      process['noDeprecation'] !== true
    ) {
      hasWarned = true;
      if (code !== undefined) warned.add(code);
      (process['emitWarning'] as Anything)(message, 'DeprecationWarning', code);
    }
    return new.target === undefined
      ? Reflect.apply(original, this, args)
      : (Reflect.construct(original, args, new.target) as unknown);
  };
  Object.setPrototypeOf(deprecated, original);
  if ((original as { prototype?: unknown }).prototype !== undefined) {
    (deprecated as { prototype: unknown }).prototype = (
      original as { prototype?: unknown }
    ).prototype;
  }
  return deprecated;
}

/** Logs to stderr when NODE_DEBUG names the section. */
function debuglog(section: string): Anything & { enabled: boolean } {
  const name = section.toUpperCase();
  const enabled = (process.env['NODE_DEBUG'] ?? '')
    .toUpperCase()
    .split(/[\s,]+/)
    .includes(name);
  const log = (...args: unknown[]): void => {
    if (enabled)
      (globalThis.console as { error: Anything }).error(
        `${name} ${String(process['pid'])}: ${format(...args)}`,
      );
  };
  return Object.assign(log, { enabled });
}

function aborted(signal: {
  aborted: boolean;
  addEventListener(...args: unknown[]): void;
}): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}

const isObject = (value: unknown): boolean => value !== null && typeof value === 'object';

/** The predicates that newer Nodes dropped; old packages still call them. */
const legacyChecks = {
  isArray: Array.isArray,
  isBoolean: (value: unknown) => typeof value === 'boolean',
  isBuffer: (value: unknown) =>
    (require('./buffer.ts') as typeof ownBufferModule).Buffer.isBuffer(value),
  isDate: types['isDate'],
  isError: (value: unknown) => types['isNativeError']?.(value) === true || value instanceof Error,
  isFunction: (value: unknown) => typeof value === 'function',
  isNull: (value: unknown) => value === null,
  isNullOrUndefined: (value: unknown) => value === null || value === undefined,
  isNumber: (value: unknown) => typeof value === 'number',
  isObject,
  isPrimitive: (value: unknown) => !isObject(value) && typeof value !== 'function',
  isRegExp: types['isRegExp'],
  isString: (value: unknown) => typeof value === 'string',
  isSymbol: (value: unknown) => typeof value === 'symbol',
  isUndefined: (value: unknown) => value === undefined,
};

function getSystemErrorName(number: number): string {
  const found = Object.entries(systemErrors).find(([name]) => errorNumber(name) === number);
  return found?.[0] ?? `Unknown system error ${number}`;
}

export const util: Record<string, unknown> = {
  ...legacyChecks,
  _extend: (target: object, source: unknown) =>
    typeof source === 'object' && source !== null ? Object.assign(target, source) : target,
  aborted,
  callbackify,
  debug: debuglog,
  debuglog,
  deprecate,
  format,
  formatWithOptions,
  getSystemErrorName,
  getSystemErrorMap: () =>
    new Map(Object.entries(systemErrors).map(([name, text]) => [errorNumber(name), [name, text]])),
  inherits,
  inspect,
  isDeepStrictEqual: (a: unknown, b: unknown) => isDeepEqual(a, b, true),
  log: (...args: unknown[]) => (globalThis.console as { log: Anything }).log(format(...args)),
  parseArgs: (config: unknown) =>
    (require('./parse-args.ts') as typeof ownParseArgsModule).parseArgs(config as never),
  promisify,
  stripVTControlCharacters,
  styleText,
  toUSVString: (text: unknown) => String(text).toWellFormed(),
  TextDecoder,
  TextEncoder,
  types,
};
