import { publish } from '../core/publish.ts';

/** Headers of the Fetch standard. */

const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
const VALUE = /^[\t\u0020-\u007E\u0080-\u00FF]*$/;
const COOKIE = 'set-cookie';
const inspectCustom = Symbol.for('nodejs.util.inspect.custom');

function fieldName(given: unknown): string {
  const name = String(given);
  if (!TOKEN.test(name)) throw new TypeError(`Headers.append: ${name} is an invalid header name.`);
  return name.toLowerCase();
}

function fieldValue(given: unknown): string {
  const value = String(given).replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, '');
  if (!VALUE.test(value))
    throw new TypeError(`Headers.append: ${value} is an invalid header value.`);
  return value;
}

export class Headers {
  readonly #values = new Map<string, string[]>();

  constructor(init?: unknown) {
    if (init === undefined) return;
    if (init === null || (typeof init !== 'object' && typeof init !== 'function')) {
      throw new TypeError('Headers constructor: init is not an object');
    }
    if (Symbol.iterator in init) {
      for (const pair of init as Iterable<Iterable<unknown>>) {
        const values = [...pair];
        if (values.length !== 2)
          throw new TypeError('Headers constructor: expected name/value pair');
        this.append(values[0], values[1]);
      }
    } else {
      for (const [name, value] of Object.entries(init)) this.append(name, value);
    }
  }

  append(name: unknown, value: unknown): void {
    const key = fieldName(name);
    const list = this.#values.get(key);
    if (list === undefined) this.#values.set(key, [fieldValue(value)]);
    else list.push(fieldValue(value));
  }

  delete(name: unknown): void {
    this.#values.delete(fieldName(name));
  }

  get(name: unknown): string | null {
    const key = fieldName(name);
    return this.#values.get(key)?.join(separatorOf(key)) ?? null;
  }

  has(name: unknown): boolean {
    return this.#values.has(fieldName(name));
  }

  set(name: unknown, value: unknown): void {
    this.#values.set(fieldName(name), [fieldValue(value)]);
  }

  getSetCookie(): string[] {
    return [...(this.#values.get(COOKIE) ?? [])];
  }

  *entries(): Generator<[string, string], void> {
    for (const name of [...this.#values.keys()].sort()) {
      const list = this.#values.get(name) ?? [];
      if (name === COOKIE) for (const value of list) yield [name, value];
      else yield [name, list.join(separatorOf(name))];
    }
  }

  *keys(): Generator<string, void> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): Generator<string, void> {
    for (const [, value] of this.entries()) yield value;
  }

  forEach(callback: (value: string, name: string, headers: this) => void, self?: unknown): void {
    for (const [name, value] of this.entries()) Reflect.apply(callback, self, [value, name, this]);
  }

  [Symbol.iterator](): Generator<[string, string], void> {
    return this.entries();
  }

  [inspectCustom](
    _depth: number,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ): string {
    return `Headers ${inspect(Object.fromEntries(this.entries()), options)}`;
  }
}
/** As in Node: cookies of several lines are one list of pairs. */
function separatorOf(name: string): string {
  return name === 'cookie' ? '; ' : ', ';
}

publish('Headers', Headers);
