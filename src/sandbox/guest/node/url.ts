import { askHost } from '../core/host.ts';
import { invalidArgType, nodeError } from '../core/node-error.ts';
import { URL } from '../web/url.ts';
import { URLSearchParams } from '../web/url-search-params.ts';
import type * as ownPathModule from './path.ts';
import { parse as parseQuery, stringify } from './querystring.ts';

/** The url module. The legacy parser is Node's own, in the host. */

const FIELDS = [
  'protocol',
  'slashes',
  'auth',
  'host',
  'port',
  'hostname',
  'hash',
  'search',
  'query',
  'pathname',
  'path',
  'href',
] as const;

type Field = (typeof FIELDS)[number];
type Legacy = Record<Field, unknown>;

/** What url.parse returns. */
export class Url implements Legacy {
  protocol: unknown = null;
  slashes: unknown = null;
  auth: unknown = null;
  host: unknown = null;
  port: unknown = null;
  hostname: unknown = null;
  hash: unknown = null;
  search: unknown = null;
  query: unknown = null;
  pathname: unknown = null;
  path: unknown = null;
  href: unknown = null;

  parse(text: string, parsesQuery?: boolean, slashesDenoteHost?: boolean): this {
    if (typeof text !== 'string') throw invalidArgType('url', 'of type string', text);
    const values = askHost('url.legacyParse', text, Boolean(slashesDenoteHost)) as unknown[];
    for (const [index, name] of FIELDS.entries()) this[name] = values[index];
    if (parsesQuery) {
      this.query = parseQuery(this.query ?? '');
    }
    return this;
  }

  format(): string {
    return askHost('url.legacyFormat', plainOf(this)) as string;
  }

  resolve(relative: string): string {
    return resolve(this.format(), relative);
  }

  resolveObject(relative: string): Url {
    return new Url().parse(this.resolve(relative));
  }
}

/**
 * The members that format reads; a query object is written here, since its prototype is not copied.
 */
function plainOf(given: Partial<Legacy>): object {
  const plain: Record<string, unknown> = {};
  for (const name of FIELDS) {
    const value = given[name];
    if (value !== undefined && value !== null && typeof value !== 'function') plain[name] = value;
  }
  const { query } = given;
  if (typeof query === 'object' && query !== null) {
    delete plain['query'];
    if (!given.search) {
      const text = stringify(query);
      if (text !== '') plain['search'] = `?${text}`;
    }
  }
  return plain;
}

export function parse(text: unknown, parsesQuery?: boolean, slashesDenoteHost?: boolean): Url {
  if (text instanceof Url) return text;
  return new Url().parse(text as string, parsesQuery, slashesDenoteHost);
}

interface FormatOptions {
  readonly auth?: boolean;
  readonly fragment?: boolean;
  readonly search?: boolean;
  readonly unicode?: boolean;
}

export function format(given: unknown, options?: FormatOptions): string {
  if (typeof given === 'string') return parse(given).format();
  if (typeof given !== 'object' || given === null) {
    throw invalidArgType('urlObject', 'one of type object or string', given);
  }
  if (given instanceof URL) {
    return askHost('url.format', given.href, { ...options }) as string;
  }
  return askHost('url.legacyFormat', plainOf(given)) as string;
}

export function resolve(from: string, to: string): string {
  return askHost('url.legacyResolve', from, to) as string;
}

export function fileURLToPath(given: unknown): string {
  const url = typeof given === 'string' ? new URL(given) : (given as URL);
  if (url.protocol !== 'file:') {
    throw nodeError(TypeError, 'ERR_INVALID_URL_SCHEME', 'The URL must be of scheme file');
  }
  if (url.hostname !== '') {
    throw nodeError(
      TypeError,
      'ERR_INVALID_FILE_URL_HOST',
      'File URL host must be "localhost" or empty on linux',
    );
  }
  return decodeURIComponent(url.pathname);
}

export function pathToFileURL(path: string): URL {
  const { posix } = require('./path.ts') as typeof ownPathModule;
  let full = posix.resolve(path);
  if (path.endsWith('/') && !full.endsWith('/')) full += '/';
  const escaped = full.replace(/[%\\\n\r\t?#]/g, (c) => encodeURIComponent(c));
  return new URL(`file://${escaped}`);
}

export const urlModule = {
  Url,
  parse,
  resolve,
  resolveObject: (from: string, to: string) => new Url().parse(resolve(from, to)),
  format,
  URL,
  URLSearchParams,
  domainToASCII: (domain: string) => askHost('url.domainToAscii', domain) as string,
  domainToUnicode: (domain: string) => askHost('url.domainToUnicode', domain) as string,
  fileURLToPath,
  pathToFileURL,
  urlToHttpOptions(url: URL): Record<string, unknown> {
    const { hostname, port, username, password } = url;
    const options: Record<string, unknown> = {
      protocol: url.protocol,
      hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
      hash: url.hash,
      search: url.search,
      pathname: url.pathname,
      path: `${url.pathname}${url.search}`,
      href: url.href,
    };
    if (port !== '') options['port'] = Number(port);
    if (username !== '' || password !== '') {
      options['auth'] = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    }
    return Object.setPrototypeOf(options, null) as Record<string, unknown>;
  },
};
