import { textOf } from '../core/method-of.ts';
import { invalidArgType, nodeError } from '../core/node-error.ts';
import { publish } from '../core/publish.ts';
import { decodeUtf8, encodeUtf8 } from '../core/utf8.ts';

type Pair = [name: string, value: string];

const inspectCustom = Symbol.for('nodejs.util.inspect.custom');
const KEPT = /^[A-Za-z0-9*\-._]*$/;

function hexValue(unit: number): number {
  if (unit >= 48 && unit <= 57) return unit - 48;
  const lower = unit | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

function percentDecode(text: string): string {
  if (!text.includes('%')) return text;
  const source = encodeUtf8(text);
  const target = new Uint8Array(source.length);
  let count = 0;
  for (let i = 0; i < source.length; i += 1) {
    let byte = source[i] ?? 0;
    if (byte === 37 && i + 2 < source.length) {
      const high = hexValue(source[i + 1] ?? 0);
      const low = hexValue(source[i + 2] ?? 0);
      if (high >= 0 && low >= 0) {
        byte = high * 16 + low;
        i += 2;
      }
    }
    target[count++] = byte;
  }
  return decodeUtf8(target.slice(0, count));
}

/** Reads application/x-www-form-urlencoded. */
export function parseForm(text: string): Pair[] {
  const pairs: Pair[] = [];
  for (const part of text.split('&')) {
    if (part === '') continue;
    const at = part.indexOf('=');
    const name = at < 0 ? part : part.slice(0, at);
    const value = at < 0 ? '' : part.slice(at + 1);
    pairs.push([
      percentDecode(name.replaceAll('+', ' ')),
      percentDecode(value.replaceAll('+', ' ')),
    ]);
  }
  return pairs;
}

function formEncode(text: string): string {
  if (KEPT.test(text)) return text;
  let encoded = '';
  for (const byte of encodeUtf8(text)) {
    const character = String.fromCharCode(byte);
    if (byte === 32) encoded += '+';
    else if (KEPT.test(character)) encoded += character;
    else encoded += `%${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`;
  }
  return encoded;
}

function pairsOf(init: unknown): Pair[] {
  if (init === undefined) return [];
  if (init === null || (typeof init !== 'object' && typeof init !== 'function')) {
    const text = textOf(init).toWellFormed();
    return parseForm(text.startsWith('?') ? text.slice(1) : text);
  }
  if (init instanceof URLSearchParams) return [...init];
  const iterate = (init as Partial<Iterable<unknown>>)[Symbol.iterator];
  if (typeof iterate === 'function') return [...(init as Iterable<unknown>)].map(pairOf);
  if (iterate !== undefined && iterate !== null)
    throw nodeError(TypeError, 'ERR_ARG_NOT_ITERABLE', 'Query pairs must be iterable');
  return Object.entries(init).map(([name, value]) => [wellFormed(name), wellFormed(value)]);
}

function pairOf(item: unknown): Pair {
  const isSequence = typeof item === 'object' && item !== null && Symbol.iterator in item;
  const values = isSequence ? [...(item as Iterable<unknown>)] : [];
  if (values.length !== 2) {
    const message = 'Each query pair must be an iterable [name, value] tuple';
    throw nodeError(TypeError, 'ERR_INVALID_TUPLE', message);
  }
  return [wellFormed(values[0]), wellFormed(values[1])];
}

function wellFormed(value: unknown): string {
  return String(value).toWellFormed();
}

/** URLSearchParams; `onChange` is how the URL it belongs to learns of changes. */
export class URLSearchParams {
  #pairs: Pair[];
  readonly #onChange: ((query: string) => void) | undefined;

  constructor(init?: unknown, onChange?: (query: string) => void) {
    this.#pairs = pairsOf(init);
    this.#onChange = onChange;
  }

  /** Takes over a new query of the URL, without telling it. */
  reset(query: string): void {
    this.#pairs = pairsOf(query);
  }

  #changed(): void {
    this.#onChange?.(this.toString());
  }

  get size(): number {
    return this.#pairs.length;
  }

  append(name: unknown, value: unknown): void {
    this.#pairs.push([wellFormed(name), wellFormed(value)]);
    this.#changed();
  }

  delete(name: unknown, value?: unknown): void {
    const wanted = wellFormed(name);
    this.#pairs = this.#pairs.filter(
      ([each, its]) => each !== wanted || (value !== undefined && its !== wellFormed(value)),
    );
    this.#changed();
  }

  get(name: unknown): string | null {
    const wanted = wellFormed(name);
    return this.#pairs.find(([each]) => each === wanted)?.[1] ?? null;
  }

  getAll(name: unknown): string[] {
    const wanted = wellFormed(name);
    return this.#pairs.filter(([each]) => each === wanted).map(([, value]) => value);
  }

  has(name: unknown, value?: unknown): boolean {
    const wanted = wellFormed(name);
    return this.#pairs.some(
      ([each, its]) => each === wanted && (value === undefined || its === wellFormed(value)),
    );
  }

  set(name: unknown, value: unknown): void {
    const wanted = wellFormed(name);
    const text = wellFormed(value);
    const index = this.#pairs.findIndex(([each]) => each === wanted);
    if (index < 0) this.#pairs.push([wanted, text]);
    else {
      this.#pairs = this.#pairs.filter(([each], i) => i <= index || each !== wanted);
      this.#pairs[index] = [wanted, text];
    }
    this.#changed();
  }

  sort(): void {
    this.#pairs.sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
    this.#changed();
  }

  forEach(callback: (value: string, name: string, params: this) => void, self?: unknown): void {
    if (typeof callback !== 'function')
      throw invalidArgType('callback', 'of type function', callback);
    for (const [name, value] of this.#pairs) Reflect.apply(callback, self, [value, name, this]);
  }

  *entries(): Generator<Pair, void> {
    for (let i = 0; i < this.#pairs.length; i += 1) {
      const pair = this.#pairs[i];
      if (pair !== undefined) yield [pair[0], pair[1]];
    }
  }

  *keys(): Generator<string, void> {
    for (const [name] of this.entries()) yield name;
  }

  *values(): Generator<string, void> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): Generator<Pair, void> {
    return this.entries();
  }

  toString(): string {
    return this.#pairs.map(([name, value]) => `${formEncode(name)}=${formEncode(value)}`).join('&');
  }

  [inspectCustom](
    depth: number,
    options: object,
    inspect: (value: unknown, options: object) => string,
  ): string {
    if (depth < 0) return '[Object]';
    const shown = this.#pairs.map(
      ([name, value]) => `${inspect(name, options)} => ${inspect(value, options)}`,
    );
    if (shown.length === 0) return 'URLSearchParams {}';
    const oneLine = `URLSearchParams { ${shown.join(', ')} }`;
    return oneLine.length <= 76 ? oneLine : `URLSearchParams {\n  ${shown.join(',\n  ')} }`;
  }
}
publish('URLSearchParams', URLSearchParams);
Object.defineProperty(URLSearchParams.prototype, Symbol.iterator, {
  value: Reflect.get(URLSearchParams.prototype, 'entries'),
  configurable: true,
  writable: true,
});
Object.defineProperty(URLSearchParams.prototype, 'reset', { enumerable: false });
