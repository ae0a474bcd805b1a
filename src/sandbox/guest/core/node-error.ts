import type * as ownInspectModule from './inspect.ts';
/** Errors as Node makes them: a `code`, and the code in the stack's first line. */
export interface NodeError extends Error {
  code: string;
  [extra: string]: unknown;
}

type ErrorClass = new (message: string) => Error;

/** An error of the class `Base` with Node's `code`. `extra` members are copied onto it. */
export function nodeError(
  Base: ErrorClass,
  code: string,
  message: string,
  extra?: Readonly<Record<string, unknown>>,
): NodeError {
  const error = new Base(message) as NodeError;
  error.code = code;
  if (extra !== undefined) Object.assign(error, extra);
  const { name, stack } = error;
  if (typeof stack === 'string' && stack.startsWith(name)) {
    const newStack = `${name} [${code}]${stack.slice(name.length)}`;
    Object.defineProperty(error, 'stack', { value: newStack, configurable: true, writable: true });
  }
  Object.defineProperty(error, 'toString', {
    value(this: NodeError) {
      return `${this.name} [${code}]: ${this.message}`;
    },
    configurable: true,
    enumerable: false,
    writable: true,
  });
  return error;
}

/**
 * `ERR_INVALID_ARG_TYPE` for the argument or property `name`. `expected` is one type or several
 * ("of type string").
 */
export function invalidArgType(name: string, expected: string, actual: unknown): NodeError {
  const kind = name.endsWith(' argument') ? '' : name.includes('.') ? 'property' : 'argument';
  const subject = kind === '' ? `The ${name}` : `The "${name}" ${kind}`;
  const message = `${subject} must be ${expected}. Received ${received(actual)}`;
  return nodeError(TypeError, 'ERR_INVALID_ARG_TYPE', message);
}

export function invalidArgValue(name: string, actual: unknown, reason = 'is invalid'): NodeError {
  const kind = name.includes('.') ? 'property' : 'argument';
  const message = `The ${kind} '${name}' ${reason}. Received ${inspected(actual)}`;
  return nodeError(TypeError, 'ERR_INVALID_ARG_VALUE', message);
}

export function outOfRange(name: string, range: string, actual: unknown): NodeError {
  const rule = `The value of "${name}" is out of range. It must be ${range}`;
  const message = `${rule}. Received ${numeral(actual)}`;
  return nodeError(RangeError, 'ERR_OUT_OF_RANGE', message);
}

/**
 * For what isoedge cannot offer inside an isolate: says so plainly instead of failing obscurely.
 */
export function notSupported(what: string): NodeError {
  const reason = 'it runs in an isolate without that access';
  const message = `${what} is not available in an edge function: ${reason}`;
  return nodeError(Error, 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', message);
}

export function mustBeString(value: unknown, name: string): asserts value is string {
  if (typeof value !== 'string') throw invalidArgType(name, 'of type string', value);
}

export function mustBeFunction(value: unknown, name: string): void {
  if (typeof value !== 'function') throw invalidArgType(name, 'of type function', value);
}

export function mustBeInteger(
  value: unknown,
  name: string,
  min = Number.MIN_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  if (typeof value !== 'number') throw invalidArgType(name, 'of type number', value);
  if (!Number.isInteger(value)) throw outOfRange(name, 'an integer', value);
  if (value < min || value > max) throw outOfRange(name, `>= ${min} && <= ${max}`, value);
}

/**
 * The tail of Node's type errors: "undefined", "type string ('x')", "an instance of Map", "function
 * f".
 */
export function received(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'function') {
    return value.name === '' ? 'function ' : `function ${value.name}`;
  }
  if (typeof value === 'object') {
    const name = (value as { constructor?: { name?: string } }).constructor?.name;
    return name ? `an instance of ${name}` : inspected(value, { depth: -1 });
  }
  const text = inspected(value, { colors: false });
  const shown = text.length > 28 ? `${text.slice(0, 25)}...` : text;
  return `type ${typeof value} (${shown})`;
}

function numeral(value: unknown): string {
  if (typeof value !== 'number' && typeof value !== 'bigint') return inspected(value);
  const isLarge =
    typeof value === 'bigint'
      ? value > 2n ** 32n || value < -(2n ** 32n)
      : Number.isInteger(value) && Math.abs(value) > 2 ** 32;
  const text = isLarge ? String(value).replace(/\B(?=(\d{3})+$)/g, '_') : String(value);
  return typeof value === 'bigint' ? `${text}n` : text;
}

function inspected(value: unknown, options?: object): string {
  const { inspect } = require('./inspect.ts') as typeof ownInspectModule;
  const text = inspect(value, options);
  return text.length > 128 ? `${text.slice(0, 128)}...` : text;
}
