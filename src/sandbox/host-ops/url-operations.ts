import url from 'node:url';
import { type OperationTable, recordArgument, textArgument } from './own-bytes.ts';

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

const LEGACY_FIELDS = [
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

type Settable = Exclude<(typeof COMPONENTS)[number], 'origin'>;

const SETTABLE: ReadonlySet<string> = new Set(COMPONENTS.filter((name) => name !== 'origin'));

/**
 * The components, separated by newlines: one string crosses into the isolate faster than eleven.
 */
function joined(parsed: URL): string {
  return COMPONENTS.map((name) => parsed[name]).join('\n');
}

function parse([input, base]: readonly unknown[]): string | undefined {
  const parsed = URL.parse(
    textArgument(input),
    base === undefined ? undefined : textArgument(base),
  );
  return parsed === null ? undefined : joined(parsed);
}

function set([href, name, value]: readonly unknown[]): string | undefined {
  const parsed = new URL(textArgument(href));
  if (typeof name !== 'string' || !SETTABLE.has(name)) throw new TypeError('Unknown URL component');
  if (name === 'href' && !URL.canParse(textArgument(value))) return undefined;
  parsed[name as Settable] = textArgument(value);
  return joined(parsed);
}

function legacyParse([text, slashesDenoteHost]: readonly unknown[]): unknown[] {
  const parsed = url.parse(textArgument(text), false, slashesDenoteHost === true);
  return LEGACY_FIELDS.map((name) => parsed[name]);
}

/** URLs as Node itself parses them, the old way and the WHATWG way. */
export const URL_OPERATIONS: OperationTable = {
  'url.parse': parse,
  'url.set': set,
  'url.format': ([href, options]) =>
    url.format(new URL(textArgument(href)), recordArgument(options)),
  'url.legacyParse': legacyParse,
  'url.legacyFormat': ([fields]) => url.format(recordArgument(fields) as url.UrlObject),
  'url.legacyResolve': ([from, to]) => url.resolve(textArgument(from), textArgument(to)),
  'url.domainToAscii': ([domain]) => url.domainToASCII(textArgument(domain)),
  'url.domainToUnicode': ([domain]) => url.domainToUnicode(textArgument(domain)),
};
