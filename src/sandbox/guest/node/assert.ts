import { inspect } from '../core/inspect.ts';
import { textOf } from '../core/method-of.ts';
import { invalidArgType, nodeError } from '../core/node-error.ts';
import { publishName } from '../core/publish.ts';
import { isDeepEqual } from './deep-equal.ts';

type Anything = (...args: never[]) => unknown;

interface Details {
  readonly message?: string | undefined;
  readonly actual?: unknown;
  readonly expected?: unknown;
  readonly operator: string;
  readonly stackStartFn?: unknown;
}

const HEADINGS: Readonly<Record<string, string>> = {
  strictEqual: 'Expected values to be strictly equal:',
  deepStrictEqual: 'Expected values to be strictly deep-equal:',
  deepEqual: 'Expected values to be loosely deep-equal:',
  notStrictEqual: 'Expected "actual" to be strictly unequal to:',
  notDeepStrictEqual: 'Expected "actual" not to be strictly deep-equal to:',
  notDeepEqual: 'Expected "actual" not to be loosely deep-equal to:',
};

function show(value: unknown): string {
  return inspect(value, {
    compact: false,
    customInspect: false,
    depth: 1000,
    maxArrayLength: Number.POSITIVE_INFINITY,
    sorted: true,
    getters: true,
  });
}

function lineDifference(actual: string, expected: string): string {
  const left = actual.split('\n');
  const right = expected.split('\n');
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    if (left[i] === right[j]) {
      lines.push(`  ${left[i] ?? ''}`);
      i += 1;
      j += 1;
    } else if (i < left.length && !right.slice(j).includes(left[i] ?? '')) {
      lines.push(`+ ${left[i] ?? ''}`);
      i += 1;
    } else if (j < right.length) {
      lines.push(`- ${right[j] ?? ''}`);
      j += 1;
    } else {
      lines.push(`+ ${left[i] ?? ''}`);
      i += 1;
    }
  }
  return lines.join('\n');
}

function messageOf({ actual, expected, operator }: Details): string {
  const heading = HEADINGS[operator];
  if (heading === undefined) return `${inspect(actual)} ${operator} ${inspect(expected)}`;
  if (operator.startsWith('not'))
    return `${heading}${operator === 'notStrictEqual' ? ' ' : '\n\n'}${show(expected)}`;
  if (operator === 'deepEqual')
    return `${heading}\n\n${show(actual)}\n\nshould loosely deep-equal\n\n${show(expected)}`;
  const isPrimitive = [actual, expected].every(
    (value) => typeof value !== 'object' || value === null,
  );
  if (isPrimitive && typeof actual !== 'function') {
    return `${heading}\n\n${inspect(actual)} !== ${inspect(expected)}\n`;
  }
  return `${heading}\n+ actual - expected\n\n${lineDifference(show(actual), show(expected))}\n`;
}

export class AssertionError extends Error {
  readonly code = 'ERR_ASSERTION';
  readonly generatedMessage: boolean;
  readonly actual: unknown;
  readonly expected: unknown;
  readonly operator: string;

  constructor(details: Details) {
    if (typeof details !== 'object' || details === null) {
      throw invalidArgType('options', 'of type object', details);
    }
    super(details.message === undefined ? messageOf(details) : textOf(details.message));
    this.generatedMessage = details.message === undefined;
    this.actual = details.actual;
    this.expected = details.expected;
    this.operator = details.operator;
    Object.defineProperty(this, 'name', {
      value: 'AssertionError',
      configurable: true,
      enumerable: false,
      writable: true,
    });
    Error.captureStackTrace(this, details.stackStartFn);
    const { stack } = this;
    const head = `AssertionError [ERR_ASSERTION]: ${this.message}`;
    const frames = typeof stack === 'string' ? stack.slice(stack.indexOf('\n    at ')) : '';
    Object.defineProperty(this, 'stack', {
      value: head + frames,
      configurable: true,
      writable: true,
    });
  }
}

publishName('AssertionError', AssertionError);

function fail(details: Details, message: unknown): never {
  if (message instanceof Error) throw message;
  if (message !== undefined) throw new AssertionError({ ...details, message: textOf(message) });
  const error = new AssertionError(details);
  Object.defineProperty(error, 'generatedMessage', { value: true, enumerable: true });
  throw error;
}

function isTrue(value: unknown, args: readonly unknown[], start: unknown): void {
  if (value) return;
  const [, message] = args;
  if (message instanceof Error) throw message;
  const text =
    args.length === 0
      ? 'No value argument passed to `assert.ok()`'
      : 'The expression evaluated to a falsy value';
  const error = new AssertionError({
    message: message === undefined ? text : textOf(message),
    actual: value,
    expected: true,
    operator: '==',
    stackStartFn: start,
  });
  Object.defineProperty(error, 'generatedMessage', {
    value: message === undefined,
    enumerable: true,
  });
  throw error;
}

function mismatch(verb: string, text: unknown, pattern: RegExp): string {
  const shown = inspect(pattern);
  return `The input ${verb} the regular expression ${shown}. Input:\n\n${inspect(text)}\n`;
}

/** Whether what was thrown is what the second argument of throws or rejects describes. */
function matches(thrown: unknown, expected: unknown, message: unknown): void {
  if (expected === undefined || typeof expected === 'string') return;
  if (expected instanceof RegExp) {
    if (expected.test(String(thrown))) return;
    const text = mismatch('did not match', String(thrown), expected);
    fail({ actual: thrown, expected, operator: 'throws', message: text }, message);
  }
  if (typeof expected === 'function') {
    matchesFunction(thrown, expected, message);
    return;
  }
  for (const [key, value] of Object.entries(expected as object)) {
    const actual = (thrown as Record<string, unknown>)[key];
    const isMatch =
      value instanceof RegExp && typeof actual === 'string'
        ? value.test(actual)
        : isDeepEqual(actual, value, true);
    if (!isMatch) fail({ actual: thrown, expected, operator: 'throws' }, message);
  }
}

type Validator = ((thrown: unknown) => unknown) & { prototype?: unknown };

/** `expected` is a class, or a function that validates. */
function matchesFunction(thrown: unknown, expected: unknown, message: unknown): void {
  const validator = expected as Validator;
  if (validator.prototype !== undefined && thrown instanceof validator) return;
  if (Object.prototype.isPrototypeOf.call(Error, validator)) throw thrown;
  if (Reflect.apply(validator, {}, [thrown]) === true) return;
  const text = 'The validation function is expected to return "true".';
  fail({ actual: thrown, expected, operator: 'throws', message: text }, message);
}

function missing(kind: 'exception' | 'rejection', expected: unknown, message: unknown): never {
  const name = typeof expected === 'function' && expected.name !== '' ? ` (${expected.name})` : '';
  const note = typeof expected === 'string' ? expected : message;
  const text = `Missing expected ${kind}${name}${note === undefined ? '.' : `: ${textOf(note)}`}`;
  throw new AssertionError({
    message: text,
    operator: kind === 'exception' ? 'throws' : 'rejects',
  });
}

function compare(operator: string, test: (a: unknown, b: unknown) => boolean): Anything {
  return function check(...args: unknown[]): void {
    if (args.length < 2) {
      throw nodeError(
        TypeError,
        'ERR_MISSING_ARGS',
        'The "actual" and "expected" arguments must be specified',
      );
    }
    const [actual, expected, message] = args;
    if (!test(actual, expected)) fail({ actual, expected, operator, stackStartFn: check }, message);
  };
}

const looseEqual = (a: unknown, b: unknown): boolean => a == b || (a !== a && b !== b);

function matchText(operator: 'match' | 'doesNotMatch'): Anything {
  return (text: unknown, pattern: RegExp, message: unknown): void => {
    if (!(pattern instanceof RegExp))
      throw invalidArgType('regexp', 'an instance of RegExp', pattern);
    if (typeof text === 'string' && pattern.test(text) === (operator === 'match')) return;
    const verb = operator === 'match' ? 'did not match' : 'was expected to not match';
    const details = mismatch(verb, text, pattern);
    fail({ actual: text, expected: pattern, operator, message: details }, message);
  };
}

async function settle(given: unknown): Promise<{ thrown: unknown } | undefined> {
  const promise = (
    typeof given === 'function' ? Reflect.apply(given, undefined, []) : given
  ) as Promise<unknown>;
  try {
    await promise;
    return undefined;
  } catch (thrown) {
    return { thrown };
  }
}

function attempt(run: unknown): { thrown: unknown } | undefined {
  if (typeof run !== 'function') throw invalidArgType('fn', 'of type function', run);
  try {
    Reflect.apply(run, undefined, []);
    return undefined;
  } catch (thrown) {
    return { thrown };
  }
}

function unwanted(kind: string, thrown: unknown, message: unknown): never {
  const note = message === undefined ? '.' : `: ${textOf(message)}`;
  const actual = (thrown as Error | undefined)?.message ?? '';
  const text = `Got unwanted ${kind}${note}\nActual message: "${actual}"`;
  throw new AssertionError({ message: text, actual: thrown, operator: 'doesNotThrow' });
}

const deepStrictEqual = compare('deepStrictEqual', (a, b) => isDeepEqual(a, b, true));
const notDeepStrictEqual = compare('notDeepStrictEqual', (a, b) => !isDeepEqual(a, b, true));
const strictEqual = compare('strictEqual', Object.is);
const notStrictEqual = compare('notStrictEqual', (a, b) => !Object.is(a, b));

const methods = {
  AssertionError,
  ok: (...args: unknown[]) => isTrue(args[0], args, methods.ok),
  fail: (message?: unknown) => fail({ operator: 'fail', message: 'Failed' }, message),
  equal: compare('==', looseEqual),
  notEqual: compare('!=', (a, b) => !looseEqual(a, b)),
  strictEqual,
  notStrictEqual,
  deepEqual: compare('deepEqual', (a, b) => isDeepEqual(a, b, false)),
  notDeepEqual: compare('notDeepEqual', (a, b) => !isDeepEqual(a, b, false)),
  deepStrictEqual,
  notDeepStrictEqual,
  match: matchText('match'),
  doesNotMatch: matchText('doesNotMatch'),
  ifError(value: unknown): void {
    if (value === null || value === undefined) return;
    const shown = value instanceof Error ? value.message : inspect(value);
    const text = `ifError got unwanted exception: ${shown}`;
    throw new AssertionError({ message: text, actual: value, expected: null, operator: 'ifError' });
  },
  throws(run: unknown, expected?: unknown, message?: unknown): void {
    const outcome = attempt(run);
    if (outcome === undefined) missing('exception', expected, message);
    matches(outcome.thrown, expected, message);
  },
  doesNotThrow(run: unknown, message?: unknown): void {
    const outcome = attempt(run);
    if (outcome !== undefined) unwanted('exception', outcome.thrown, message);
  },
  async rejects(given: unknown, expected?: unknown, message?: unknown): Promise<void> {
    const outcome = await settle(given);
    if (outcome === undefined) missing('rejection', expected, message);
    matches(outcome.thrown, expected, message);
  },
  async doesNotReject(given: unknown, message?: unknown): Promise<void> {
    const outcome = await settle(given);
    if (outcome !== undefined) unwanted('rejection', outcome.thrown, message);
  },
  CallTracker: class CallTracker {
    calls(run: Anything): Anything {
      return run;
    }
    verify(): void {}
    report(): unknown[] {
      return [];
    }
  },
};

/** The module: a function with the methods; `strict` replaces the loose comparisons. */
export const assert = Object.assign((...args: unknown[]) => isTrue(args[0], args, assert), methods);
const strict = Object.assign((...args: unknown[]) => isTrue(args[0], args, strict), methods, {
  equal: strictEqual,
  notEqual: notStrictEqual,
  deepEqual: deepStrictEqual,
  notDeepEqual: notDeepStrictEqual,
});
Object.assign(strict, { strict });
Object.assign(assert, { strict });
