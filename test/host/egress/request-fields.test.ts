import { expect, test } from 'vitest';
import { parseAllowList, targetOf } from '../../../src/host/egress/allow-list.ts';
import { outgoingFields } from '../../../src/host/egress/request-fields.ts';

function fieldsFor(address: string, fields: readonly string[], allow: readonly string[] = []) {
  const url = new URL(address);
  const target = targetOf(url);
  if (target === undefined) throw new Error('No target');
  const request = { method: 'GET', url, target, fields, timeoutMs: undefined, mayStream: false };
  return outgoingFields(request, parseAllowList(allow));
}

test('outgoingFields() keeps order, case and duplicates', () => {
  const fields = ['X-B', '1', 'Accept', '*/*', 'x-b', '2', 'Accept-Encoding', 'gzip'];
  expect(fieldsFor('http://a.test:81/', fields)).toEqual(['Host', 'a.test:81', ...fields]);
});

test('outgoingFields() drops hop-by-hop fields and those that Connection lists (RFC 9110 §7.6.1)', () => {
  const fields = [
    ['Connection', 'close, X-Listed'],
    ['Keep-Alive', 'timeout=5'],
    ['Transfer-Encoding', 'chunked'],
    ['Content-Length', '7'],
    ['Upgrade', 'websocket'],
    ['TE', 'trailers'],
    ['Expect', '100-continue'],
    ['Proxy-Authorization', 'Basic x'],
    ['X-Listed', '1'],
    ['X-Kept', '1'],
  ].flat();
  expect(fieldsFor('http://a.test/', fields)).toEqual(['Host', 'a.test', 'X-Kept', '1']);
});

test.each([
  // The Host that the function gives must itself be permitted, with the scheme of the URL.
  ['https://10.0.0.1/', 'b.test', ['https://b.test'], 'b.test'],
  ['https://10.0.0.1/', 'b.test:8443', ['https://b.test:8443'], 'b.test:8443'],
  ['https://10.0.0.1/', 'c.b.test', ['https://*.b.test'], 'c.b.test'],
  ['https://10.0.0.1/', 'b.test', ['https://a.test'], '10.0.0.1'],
  ['https://10.0.0.1/', 'b.test', ['http://b.test'], '10.0.0.1'],
  ['https://10.0.0.1/', 'b.test:8443', ['https://b.test'], '10.0.0.1'],
  ['https://10.0.0.1/', 'b.test/x', ['https://b.test'], '10.0.0.1'],
  ['https://10.0.0.1/', 'x@b.test', ['https://b.test'], '10.0.0.1'],
  ['https://10.0.0.1/', '', ['https://b.test'], '10.0.0.1'],
])('outgoingFields() for %s with Host %j and %j sends Host %s', (url, host, allow, expected) => {
  expect(fieldsFor(url, ['hOsT', host], allow)).toEqual(['Host', expected]);
});
