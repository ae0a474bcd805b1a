/** The short way of reading a result that only adds headers must give what the long way gives. */
import { array, assert, constantFrom, property, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import type { HookEvent } from '../../../src/hook/lambda-edge/event.ts';
import { readHookResult, readHookResultText } from '../../../src/hook/lambda-edge/result.ts';
import { addedLines } from '../../../src/wire/added-lines.ts';
import { decodeEvent, decodeResult, encodeResult } from '../../../src/wire/event-codec.ts';
import {
  type LooseCf,
  type LooseMessage,
  originRequest,
  originResponse,
  viewerRequest,
  viewerResponse,
} from './events.ts';

const BUILDERS = {
  'viewer-request': viewerRequest,
  'origin-request': originRequest,
  'origin-response': originResponse,
  'viewer-response': viewerResponse,
} as const;
const POINTS = Object.keys(BUILDERS) as (keyof typeof BUILDERS)[];

/** No name comes twice with others between: such lines come back in another order, and take the long way. */
const REQUEST = { method: 'GET', path: '/', query: '', fields: ['Accept', '*/*', 'Cookie', 'a=1'] };
const RESPONSE = { status: 200, reason: 'OK', fields: ['Server', 'origin', 'Age', '5'] };

function eventAt(point: keyof typeof BUILDERS): HookEvent {
  const isResponse = point === 'origin-response' || point === 'viewer-response';
  return BUILDERS[point]({ request: REQUEST, ...(isResponse && { response: RESPONSE }) });
}

type Added = readonly (readonly [name: string, list: readonly object[]])[];

/** The text of a result that is the delivered message with members added to its headers. */
function resultText(event: HookEvent, added: Added): string {
  const { cf } = (decodeEvent(event.encoded.text) as { Records: [{ cf: LooseCf }] }).Records[0];
  const message = (event.flat.response === undefined ? cf.request : cf.response) as LooseMessage;
  for (const [name, list] of added) message.headers[name] = list;
  return encodeResult(message);
}

function bothWays(event: HookEvent, text: string): void {
  const long = readHookResult(decodeResult(text), event, 'f');
  const short = readHookResultText(text, event, 'f');
  expect(short).toStrictEqual(long);
}

test.each([
  ['an ordinary header', [['x-new', [{ key: 'X-New', value: 'yes' }]]]],
  ['a key in lower case', [['x-new', [{ key: 'x-new', value: 'yes' }]]]],
  ['no key', [['x-new', [{ value: 'yes' }]]]],
  ['another name as key', [['x-new', [{ key: 'X-Other', value: 'yes' }]]]],
  ['a disallowed name as key', [['x-new', [{ key: 'Connection', value: 'close' }]]]],
  [
    'two headers',
    [
      ['x-a', [{ key: 'X-A', value: '1' }]],
      ['x-b', [{ key: 'X-B', value: '' }]],
    ],
  ],
  ['two lines of one header', [['x-a', [{ value: '1' }, { value: '2' }]]]],
  ['spaces around the value', [['x-new', [{ key: 'X-New', value: '  a b ' }]]]],
  ['text beyond ASCII', [['x-new', [{ key: 'X-New', value: 'Zürich €' }]]]],
  ['a control character', [['x-new', [{ key: 'X-New', value: 'a\r\nSet-Cookie: b' }]]]],
  ['a tab', [['x-new', [{ key: 'X-New', value: 'a\tb' }]]]],
  ['a name that is no token', [['x new', [{ key: 'X New', value: 'a' }]]]],
  ['a name in upper case', [['X-New', [{ key: 'X-New', value: 'a' }]]]],
  ['a disallowed name', [['x-real-ip', [{ key: 'X-Real-Ip', value: '192.0.2.1' }]]]],
  ['a disallowed prefix', [['x-edge-id', [{ key: 'X-Edge-Id', value: '1' }]]]],
  ['Content-Length', [['content-length', [{ key: 'Content-Length', value: '3' }]]]],
  ['Transfer-Encoding', [['transfer-encoding', [{ key: 'Transfer-Encoding', value: 'gzip' }]]]],
  ['Warning', [['warning', [{ key: 'Warning', value: '199 - "x"' }]]]],
  ['Via', [['via', [{ key: 'Via', value: '1.1 me' }]]]],
  ['Host', [['host', [{ key: 'Host', value: 'elsewhere.example' }]]]],
] satisfies [string, Added][])('%s added: both ways agree', (_what, added) => {
  for (const point of POINTS) {
    const event = eventAt(point);
    bothWays(event, resultText(event, added));
  }
});

test('an added header takes the short way, with and without delivered headers', () => {
  const added: Added = [['x-new', [{ key: 'X-New', value: 'yes' }]]];
  for (const fields of [[], ['Host', 'a', 'Accept', '*/*']]) {
    const request = { method: 'GET', path: '/', query: '', fields };
    const event = viewerRequest({ request });
    const text = resultText(event, added);
    expect(addedLines(text, event.encoded)).toEqual(['x-new', 'X-New', 'yes']);
    expect(readHookResultText(text, event, 'f')).toMatchObject({
      kind: 'continue-request',
      request: { path: '/', fields: [...fields, 'X-New', 'yes'] },
      changed: { path: false, fields: true },
    });
  }
});

test('addedLines() does not take part in what changes anything else', () => {
  const request = { method: 'GET', path: '/a', query: '', fields: ['Host', 'a', 'Accept', '*/*'] };
  const event = viewerRequest({ request });
  const text = resultText(event, [['x-new', [{ key: 'X-New', value: 'yes' }]]]);
  const changes: (readonly [string, string])[] = [
    ['/a', '/b'],
    ['GET', 'PUT'],
    ['*/*', 'text/html'],
    ['x-new', ''],
    ['\u00003\0', '\u00004\0'],
    ['\u00003\0', '\0x\0'],
    ['Fq', 'Jq'],
  ];
  for (const [found, other] of changes) {
    expect(text).toContain(found);
    expect(addedLines(text.replace(found, other), event.encoded)).toBeUndefined();
  }
});

/** Two lines of a name with another between them. */
const APART: [string, string, string][] = [
  ['x-a', '', '1'],
  ['x-b', '', '1'],
  ['x-a', '', '1'],
];

test('forged texts: the short way never accepts what the long way refuses', () => {
  const name = constantFrom('x-a', 'x-b', 'X-A', 'accept', 'cookie', 'server', 'via', '');
  const key = constantFrom('', 'x-a', 'X-A', 'connection', '\x01');
  const value = constantFrom('1', '', 'a\nb');
  const line = tuple(name, key, value);
  assert(
    property(constantFrom(...POINTS), array(line, { maxLength: 4 }), (point, forged) => {
      const event = eventAt(point);
      const { section, linesAt } = event.encoded;
      const [number = '', ...lines] = section.slice(linesAt + 1).split('\0');
      const total = Number(number) + forged.length;
      const rest = [String(total), ...lines, ...forged.flat()].join('\0');
      const text = `F${section.slice(0, linesAt + 1)}${rest}`;
      const short = readHookResultText(text, event, 'f');
      if (short.kind === 'refused') return;
      expect(short).toEqual(readHookResult(decodeResult(text), event, 'f'));
    }),
    { numRuns: 1000, examples: [['viewer-request', APART]] },
  );
});
