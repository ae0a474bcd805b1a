import { askHost } from '../core/host.ts';
import { textOf } from '../core/method-of.ts';
import { nodeError } from '../core/node-error.ts';
import { publish } from '../core/publish.ts';
import { URLSearchParams } from './url-search-params.ts';

/**
 * URL of the WHATWG URL standard. The host parses with Node's own URL, so every corner (IDNA, IPv6,
 * relative paths) is Node's; here are the objects around the parsed components.
 */

/** Order in which the host returns the components. */
const COMPONENTS = [
  'href',
  'origin',
  'protocol',
  'username',
  'password',
  'host',
  'hostname',
  'port',
  'pathname',
  'search',
  'hash',
] as const;

type Component = (typeof COMPONENTS)[number];

const HREF = 0;
const ORIGIN = 1;
const SEARCH = 9;
const inspectCustom = Symbol.for('nodejs.util.inspect.custom');

/** A newline cannot occur in a parsed URL, so it separates the components. */
function split(parsed: unknown): string[] {
  return (parsed as string).split('\n');
}

function invalidUrl(input: string, base?: string): Error {
  const extra = base === undefined ? { input } : { input, base };
  return nodeError(TypeError, 'ERR_INVALID_URL', 'Invalid URL', extra);
}

class ParsedUrl {
  #parts: string[];
  #params: URLSearchParams | undefined;

  constructor(input: unknown, base?: unknown) {
    if (arguments.length === 0) {
      throw nodeError(TypeError, 'ERR_MISSING_ARGS', 'The "url" argument must be specified');
    }
    const text = String(input);
    const baseText = base === undefined ? undefined : textOf(base);
    const parsed = askHost('url.parse', text, baseText);
    if (parsed === undefined) throw invalidUrl(text, baseText);
    this.#parts = split(parsed);
  }

  static canParse(input: unknown, base?: unknown): boolean {
    const baseText = base === undefined ? undefined : textOf(base);
    return askHost('url.parse', String(input), baseText) !== undefined;
  }

  static parse(input: unknown, base?: unknown): ParsedUrl | null {
    return ParsedUrl.canParse(input, base) ? new ParsedUrl(input, base) : null;
  }

  static createObjectURL(): never {
    throw nodeError(
      Error,
      'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
      'URL.createObjectURL() is not available in an edge function',
    );
  }

  static revokeObjectURL(): void {}

  get searchParams(): URLSearchParams {
    this.#params ??= new URLSearchParams(this.#parts[SEARCH], (query) =>
      this.#set('search', query),
    );
    return this.#params;
  }

  toString(): string {
    return this.#parts[HREF] ?? '';
  }

  toJSON(): string {
    return this.#parts[HREF] ?? '';
  }

  [inspectCustom](
    depth: number,
    options: object,
    inspect: (value: object, options: object) => string,
  ): string {
    if (depth < 0) return '[Object]';
    const shown: Record<string, unknown> = {};
    for (const name of COMPONENTS) {
      shown[name] = this.#get(name);
      if (name === 'search') shown['searchParams'] = this.searchParams;
    }
    return `${this.constructor.name} ${inspect(shown, options)}`;
  }

  #get(name: Component): string {
    return this.#parts[COMPONENTS.indexOf(name)] ?? '';
  }

  #set(name: Component, value: string): void {
    const parsed = askHost('url.set', this.#parts[HREF], name, value);
    if (parsed === undefined) throw invalidUrl(value);
    this.#parts = split(parsed);
  }

  static {
    for (const [index, name] of COMPONENTS.entries()) {
      const get = function (this: ParsedUrl): string {
        return this.#parts[index] ?? '';
      };
      const set = function (this: ParsedUrl, value: unknown): void {
        this.#set(name, String(value));
        if (name === 'href' || name === 'search') this.#params?.reset(this.#parts[SEARCH] ?? '');
      };
      Object.defineProperty(ParsedUrl.prototype, name, {
        configurable: true,
        enumerable: true,
        get,
        ...(index === ORIGIN ? {} : { set }),
      });
    }
    for (const name of ['searchParams', 'toString', 'toJSON'] as const) {
      Object.defineProperty(ParsedUrl.prototype, name, { enumerable: true });
    }
    publish('URL', ParsedUrl);
  }
}

/** The members that are defined by the list of components. */
type UrlMembers = Record<Exclude<Component, 'origin'>, string> & { readonly origin: string };

export type URL = ParsedUrl & UrlMembers;

interface UrlConstructor {
  new (input: unknown, base?: unknown): URL;
  canParse(input: unknown, base?: unknown): boolean;
  parse(input: unknown, base?: unknown): URL | null;
}

export const URL = ParsedUrl as unknown as UrlConstructor;
