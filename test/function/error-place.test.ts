import { describe, test } from 'vitest';
import { EdgeError } from '../../src/base/edge-error.ts';
import { withFrame, withMention } from '../../src/function/error-place.ts';
import { loadFiles, packageOf } from './function-folder.ts';

const refusal = (facts: Record<string, string>): EdgeError =>
  new EdgeError('EDGE_HOOK_VALIDATION', 'Cannot use it', { facts });

describe('withFrame()', () => {
  test.for<[what: string, trace: string[], at: string | undefined]>([
    [
      'the first frame of the author',
      [
        'Error: no',
        '    at fail (/var/task/node_modules/p/index.js:2:8)',
        '    at check (/var/task/lib/auth.js:3:9)',
        '    at exports.handler (/var/task/index.js:9:1)',
      ],
      'check (/var/task/lib/auth.js:3:9)',
    ],
    [
      'the npm package, if nothing else is there',
      ['Error: no', '    at /var/task/node_modules/p/index.js:2:8'],
      '/var/task/node_modules/p/index.js:2:8',
    ],
    [
      'nothing, if no frame is in the program',
      ['Error: no', '    at JSON.parse (<anonymous>)'],
      undefined,
    ],
  ])('names %s', ([_what, trace, at], { expect }) => {
    const error = withFrame(refusal({}), trace);
    expect(error.facts['at']).toBe(at);
    expect(error.message).toBe(at === undefined ? 'Cannot use it' : `Cannot use it (at ${at})`);
  });
});

test('withFrame() names what caused the error', ({ expect }) => {
  const trace = [
    'TypeError: fetch failed',
    '  [cause]: Error: Cannot reach https://a.example',
    '    at exports.handler (/var/task/index.js:9:1)',
    '  [cause]: no',
  ];
  expect(withFrame(refusal({}), trace).message).toBe(
    'Cannot use it, caused by Error: Cannot reach https://a.example, caused by no ' +
      '(at exports.handler (/var/task/index.js:9:1))',
  );
});

describe('withMention()', () => {
  const INDEX = `import { harden } from './lib/harden.ts';
const host = 'other.example.com';
export const handler = async (event) => {
  const { request } = event.Records[0].cf;
  if (request.headers['via'] === undefined) return request;
  request.headers.host = [{ key: 'Host', value: host }];
  delete request.headers['cdn-loop'];
  request.uri = 'index.html';
  return harden(request);
};`;
  const HARDEN = `export const harden = (request) => ({
  ...request,
  headers: {
    'content-length': [{ value: '0' }],
  },
});`;

  test.for<[what: string, facts: Record<string, string>, at: string]>([
    ['a header that is set', { header: 'Host' }, '/var/task/index.ts:6'],
    ['a header that is deleted', { header: 'Cdn-Loop' }, '/var/task/index.ts:7'],
    [
      'a header in a literal of another file',
      { header: 'Content-Length' },
      '/var/task/lib/harden.ts:4',
    ],
    ['a header that is only read', { header: 'Via' }, '/var/task/index.ts:5'],
    ['a member', { member: 'uri' }, '/var/task/index.ts:8'],
    ['the handler, if the name is computed', { header: 'X-Cache' }, '/var/task/index.ts:3'],
    ['the handler, if there is no name', {}, '/var/task/index.ts:3'],
  ])('finds %s', async ([_what, facts, at], { expect }) => {
    const load = await loadFiles({ 'index.ts': INDEX, 'lib/harden.ts': HARDEN });
    expect(withMention(refusal(facts), packageOf(load)).facts['at']).toBe(at);
  });

  test('does not search npm packages', async ({ expect }) => {
    const load = await loadFiles({
      'index.js': "const p = require('p');\nexports.handler = () => p;",
      'node_modules/p/index.js': "module.exports = { headers: { via: 'p' } };",
    });
    const { message, facts } = withMention(refusal({ header: 'Via' }), packageOf(load));
    expect(facts).toEqual({ header: 'Via', at: '/var/task/index.js:2' });
    expect(message).toBe('Cannot use it (at /var/task/index.js:2)');
  });
});
