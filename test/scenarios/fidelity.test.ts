import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectRaw, rawField, rawFields } from '../support/raw-client.ts';
import { type RawOrigin, startRawOrigin } from '../support/raw-origin.ts';
import { FRESH, type Scenario, startScenario } from './scenario.ts';

const PASS = (member: 'request' | 'response') =>
  `exports.handler = async (event) => event.Records[0].cf.${member};`;

let scenario: Scenario;
let raw: RawOrigin;
/** What the raw origin says to the next request. */
let rawReply = '';

beforeAll(async () => {
  raw = await startRawOrigin(({ socket }) => {
    socket.on('data', () => socket.write(rawReply, 'latin1'));
  });
  scenario = await startScenario({
    functions: { request: PASS('request'), response: PASS('response') },
    config: ({ url }) => ({
      origins: { app: { url }, raw: { url: `http://127.0.0.1:${raw.port}` } },
      behaviors: [
        { path: '/raw/*', origin: 'raw' },
        {
          path: '/hooked/*',
          origin: 'raw',
          hooks: {
            'viewer-request': 'request',
            'origin-request': 'request',
            'origin-response': 'response',
            'viewer-response': 'response',
          },
        },
        { path: '*', origin: 'app' },
      ],
    }),
  });
  scenario.serve('/page', (_request, response) => response.writeHead(200, FRESH).end('page'));
});

afterAll(async () => {
  await scenario.close();
  await raw.close();
});

/** Sends bytes, and takes one response off the connection. */
async function exchange(bytes: string, method = 'GET') {
  using viewer = await connectRaw(scenario.edge.port);
  viewer.send(bytes);
  return await viewer.response(method);
}

describe('field lines cross unchanged', () => {
  const REPLY = [
    'HTTP/1.1 200 Fine',
    'X-CamelCase: One',
    'x-lower: two',
    'Set-Cookie: a=1; Path=/',
    'set-cookie: b=2',
    'X-Twice: 1',
    'X-Twice: 2',
    'X-Empty:',
    'X-Bytes: caf\u00e9',
    'Cache-Control: max-age=60',
  ];

  test.each([
    ['/raw/sized', 'Content-Length: 4', 'body', 'no hooks'],
    ['/raw/chunked', 'Transfer-Encoding: chunked', '4\r\nbody\r\n0\r\n\r\n', 'no hooks'],
    ['/hooked/sized', 'Content-Length: 4', 'body', 'four hooks'],
    ['/hooked/chunked', 'Transfer-Encoding: chunked', '4\r\nbody\r\n0\r\n\r\n', 'four hooks'],
  ])(
    '%s: order, case, duplicates and bytes, on a miss and on a hit',
    async (path, line, content) => {
      rawReply = [...REPLY, line, '', content].join('\r\n');
      const host = path.replaceAll('/', '');
      for (const result of ['Miss', 'Hit']) {
        const reply = await exchange(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
        expect(rawField(reply, 'x-cache')).toBe(`${result} from isoedge`);
        expect(reply.content).toBe('body');
        expect(rawFields(reply, 'set-cookie')).toEqual(['a=1; Path=/', 'b=2']);
        expect(rawFields(reply, 'x-twice')).toEqual(['1', '2']);
        expect(rawField(reply, 'x-empty')).toBe('');
        const names = reply.fields.filter((_, i) => i % 2 === 0);
        expect(names).toEqual(expect.arrayContaining(['X-CamelCase', 'x-lower']));
        if (path.startsWith('/raw')) {
          expect(rawField(reply, 'x-bytes')).toBe('caf\u00e9');
          expect(names.slice(0, 8)).toEqual(REPLY.slice(1, 9).map((text) => text.split(':', 1)[0]));
        } else {
          // CloudFront developer guide: functions see UTF-8, but what they leave alone keeps its bytes.
          expect(rawField(reply, 'x-bytes')).toBe('caf\u00e9');
        }
      }
    },
  );

  test('the request crosses with its case, duplicates and bytes', async () => {
    rawReply = 'HTTP/1.1 204 No Content\r\n\r\n';
    const target = `/raw/a%2Fb//c/../d?x=%20&x=2&empty=`;
    const lines = ['X-CamelCase: One', 'X-Twice: 1', 'X-Twice: 2', 'X-Bytes: caf\u00e9'];
    await exchange(
      [`GET ${target} HTTP/1.1`, 'Host: WWW.Example.com', ...lines, '', ''].join('\r\n'),
    );
    const received = raw.connections.all.at(-1)?.received ?? '';
    expect(received).toContain(`GET ${target} HTTP/1.1\r\n`);
    for (const line of [...lines, 'Host: WWW.Example.com'])
      expect(received).toContain(`${line}\r\n`);
  });
});

describe('HTTP/1.1 on the viewer side', () => {
  test('pipelined requests are answered in order, slow ones first', async () => {
    using viewer = await connectRaw(scenario.edge.port);
    const heads = ['/slow', '/page', '/page'].map(
      (path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`,
    );
    viewer.send(heads.join(''));
    const { response } = await scenario.turn('/slow');
    response.end('slow');
    const contents = [];
    for (let i = 0; i < 3; i++) contents.push((await viewer.response()).content);
    expect(contents).toEqual(['slow', 'page', 'page']);
  });

  test('Expect: 100-continue is answered when somebody reads the content, and not sent on', async () => {
    using viewer = await connectRaw(scenario.edge.port);
    scenario.serve('/expects', (_request, response, seen) => {
      scenario.origin.completed
        .waitFor((complete) => complete === seen)
        .then(
          ({ content }) => response.end(content),
          () => response.destroy(),
        );
    });
    viewer.send(
      'POST /expects HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n',
    );
    await viewer.waitForText('HTTP/1.1 100 Continue\r\n\r\n');
    viewer.send('data');
    expect((await viewer.response()).status).toBe(100);
    expect((await viewer.response()).content).toBe('data');
    expect(scenario.seen('/expects')[0]?.headers['expect']).toBeUndefined();
  });

  test('HTTP/1.0 gets its reply without chunks, and the connection closed', async () => {
    scenario.serve('/stream', (_request, response) => {
      response.write('in ');
      response.end('parts');
    });
    using viewer = await connectRaw(scenario.edge.port);
    viewer.send('GET /stream HTTP/1.0\r\n\r\n');
    const text = await viewer.closed();
    expect(text).not.toContain('chunked');
    expect(text.endsWith('\r\n\r\nin parts')).toBe(true);
    expect(scenario.seen('/stream')[0]?.headers.host).toBe(`127.0.0.1:${scenario.origin.port}`);
  });

  test('HTTP/1.0 with keep-alive gets a stored response and may go on', async () => {
    using viewer = await connectRaw(scenario.edge.port);
    for (let i = 0; i < 2; i++) {
      viewer.send('GET /page HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n');
      expect((await viewer.response()).content).toBe('page');
    }
  });
});
