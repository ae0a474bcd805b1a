import { publish } from '../core/publish.ts';

/** Legacy codes of the names that have one (Web IDL). */
const CODES: Readonly<Record<string, number>> = {
  IndexSizeError: 1,
  HierarchyRequestError: 3,
  InvalidCharacterError: 5,
  NotFoundError: 8,
  NotSupportedError: 9,
  InvalidStateError: 11,
  SyntaxError: 12,
  InvalidAccessError: 15,
  SecurityError: 18,
  NetworkError: 19,
  AbortError: 20,
  QuotaExceededError: 22,
  TimeoutError: 23,
  DataCloneError: 25,
};

function describe(value: unknown): PropertyDescriptor {
  return { value, configurable: true };
}

/** DOMException, which Node also has as a global. */
export class DOMException extends Error {
  constructor(message = '', nameOrOptions: string | { name?: string; cause?: unknown } = 'Error') {
    const options = typeof nameOrOptions === 'object' ? nameOrOptions : { name: nameOrOptions };
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    const name = options.name ?? 'Error';
    Object.defineProperties(this, { name: describe(name), code: describe(CODES[name] ?? 0) });
    const { stack } = this;
    if (typeof stack === 'string' && stack.startsWith('Error')) {
      Object.defineProperty(this, 'stack', describe(`${name}${stack.slice('Error'.length)}`));
    }
  }
}
publish('DOMException', DOMException);
for (const [name, code] of Object.entries(CODES)) {
  const constant = name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .replace(/_ERROR$/, '_ERR');
  Object.defineProperty(DOMException, constant, { value: code, enumerable: true });
}

export function makeDomException(message: string, name: string): DOMException {
  return new DOMException(message, name);
}
