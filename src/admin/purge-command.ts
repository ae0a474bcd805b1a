import { EdgeError } from '../base/edge-error.ts';
import type { PurgeCommand } from './backend.ts';

const EXPECTED = '{ "url": "http://host/path" }, { "prefix": "/dir/" } or { "all": true }';
const LONGEST_FOUND = 200;

/** Reads the content of a purge request. Throws `EDGE_ADMIN_BAD_REQUEST` that says what is wrong with it. */
export function readPurgeCommand(content: string): PurgeCommand {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw refused(content === '' ? 'nothing' : 'text that is not JSON', EXPECTED, cause);
  }
  if (typeof value !== 'object' || value === null) throw refused(shown(value), EXPECTED);
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0) throw refused(shown(value), EXPECTED);
  return commandOf(entry[0], entry[1]);
}

function commandOf(member: string, value: unknown): PurgeCommand {
  switch (member) {
    case 'url':
      if (typeof value === 'string' && isHttpUrl(value)) return { kind: 'url', url: value };
      throw refused(`url ${shown(value)}`, 'an absolute http or https URL without fragment');
    case 'prefix':
      if (typeof value === 'string' && value.startsWith('/')) {
        return { kind: 'prefix', prefix: value };
      }
      throw refused(`prefix ${shown(value)}`, 'a path that begins with "/"');
    case 'all':
      if (value === true) return { kind: 'all' };
      throw refused(`all ${shown(value)}`, 'true');
    default:
      throw refused(`member ${shown(member)}`, EXPECTED);
  }
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\/[^/?@]+(?:[/?]|$)/i.test(text) && !text.includes('#');
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= LONGEST_FOUND ? text : `${text.slice(0, LONGEST_FOUND)}...`;
}

function refused(found: string, expected: string, cause?: unknown): EdgeError {
  const message = `Cannot purge: found ${found}, expected ${expected}`;
  return new EdgeError('EDGE_ADMIN_BAD_REQUEST', message, { cause });
}
