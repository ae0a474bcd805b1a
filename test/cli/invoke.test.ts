import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { InvocationReport } from '../../src/cli/invoke-function.ts';
import { folderOf, runCommand } from './run-cli.ts';

const FUNCTION = `
exports.handler = async (event) => {
  const { request } = event.Records[0].cf;
  switch (request.uri) {
    case '/respond': return { status: '302', headers: { location: [{ value: '/en/' }] } };
    case '/refused': return { status: '700' };
    case '/loop': for (;;);
    case '/throw': throw new TypeError('broken');
    case '/log': console.error('one', 2); return request;
    case '/sources': return { status: '200', body: JSON.stringify([
      Date.now(), new Date().toISOString(), new Date(0).getTime(), new Date() instanceof Date,
      Math.random(), Math.random(), Math.random() ]) };
    default: return request;
  }
};`;

function eventFor(uri: string, eventType = 'viewer-request'): object {
  const config = {
    distributionDomainName: 'd.example',
    distributionId: 'E',
    eventType,
    requestId: 'r',
  };
  const headers = { host: [{ key: 'Host', value: 'www.example.com' }] };
  const request = { clientIp: '192.0.2.1', headers, method: 'GET', querystring: 'a=1', uri };
  return { Records: [{ cf: { config, request } }] };
}

function invocation(event: unknown) {
  const folder = folderOf({
    'config.json': {
      origins: { app: { url: 'http://127.0.0.1:8081' } },
      behaviors: [{ path: '*', origin: 'app' }],
      functions: {
        test: { code: './test.js', handler: 'test.handler', cpuMs: 1000, timeoutMs: 2000 },
        wrong: { code: './test.js', handler: 'test.nothing' },
      },
    },
    'test.js': FUNCTION,
    'event.json': typeof event === 'string' ? event : JSON.stringify(event),
  });
  return ['--config', path.join(folder, 'config.json'), '--event', path.join(folder, 'event.json')];
}

async function invoke(event: unknown, more: readonly string[] = []) {
  const { code, stdout, stderr } = await runCommand([
    'invoke',
    'test',
    ...invocation(event),
    ...more,
  ]);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return { code, stderr, reports: lines.map((line) => JSON.parse(line) as InvocationReport) };
}

describe('isoedge invoke', () => {
  test('prints the result that the handler returned, the verdict and the cost', async () => {
    const event = eventFor('/page');
    const { code, stderr, reports } = await invoke(event);
    const { Records } = event as { Records: [{ cf: { request: object } }] };
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(reports).toEqual([
      {
        outcome: 'result',
        result: Records[0].cf.request,
        verdict: 'continue',
        logs: [],
        wallMs: expect.any(Number),
        cpuMs: expect.any(Number),
        memoryMb: expect.any(Number),
      },
    ]);
  });

  test('one event per line, one line per event', async () => {
    const uris = ['/page', '/respond', '/refused', '/throw', '/log', '/loop', '/page'];
    const { reports } = await invoke(uris.map((uri) => JSON.stringify(eventFor(uri))).join('\n'));
    expect(reports).toMatchObject([
      { outcome: 'result', verdict: 'continue' },
      { outcome: 'result', verdict: 'respond', result: { status: '302' } },
      { outcome: 'result', verdict: 'refused', reason: expect.stringContaining('700') },
      { outcome: 'error', error: { type: 'TypeError', message: 'broken' } },
      { outcome: 'result', logs: [{ level: 'error', message: 'one 2' }] },
      { outcome: 'error', error: { type: 'EDGE_HOOK_CPU' } },
      { outcome: 'result', verdict: 'continue' },
    ]);
  });

  test('the same event is judged by its hook point', async () => {
    const { reports } = await invoke(eventFor('/page', 'viewer-response'));
    expect(reports).toMatchObject([
      { outcome: 'result', verdict: 'refused', reason: expect.stringContaining('viewer-response') },
    ]);
  });

  test('--now and --random make a run repeatable', async () => {
    const now = '2026-01-31T12:00:00.000Z';
    const { reports } = await invoke(eventFor('/sources'), ['--now', now, '--random', '0.1,0.7']);
    const body = JSON.stringify([Date.parse(now), now, 0, true, 0.1, 0.7, 0.1]);
    expect(reports).toMatchObject([{ outcome: 'result', result: { body } }]);
  });

  test('- reads events from stdin', async () => {
    const [, config = ''] = invocation({});
    const args = ['invoke', 'test', '--config', config, '--event', '-'];
    const { stdout } = await runCommand(args, JSON.stringify(eventFor('/page')));
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'result', verdict: 'continue' });
  });

  test.each([
    ['a function that is not in the file', ['tset'], 2, /"tset" is not known.*did you mean "test"/],
    [
      'a function without its handler',
      ['wrong'],
      1,
      /Cannot load function "wrong".*nothing is undefined/,
    ],
    ['a time that is none', ['test', '--now', 'soon'], 2, /Cannot use --now "soon"/],
    ['a random number of 1', ['test', '--random', '0.5,1'], 2, /Cannot use --random with "1"/],
  ])('%s is one line', async (_case, args, expectedCode, line) => {
    const { code, stdout, stderr } = await runCommand(['invoke', ...args, ...invocation({})]);
    expect(stderr).toMatch(line);
    expect(stdout).toBe('');
    expect(code).toBe(expectedCode);
  });

  test('a line that is not JSON is named, and nothing runs', async () => {
    const { code, stderr, reports } = await invoke(`${JSON.stringify(eventFor('/page'))}\n{oops\n`);
    expect(stderr).toMatch(/event\.json": line 2: .*expected one JSON value, or one in each line/);
    expect(reports).toEqual([]);
    expect(code).toBe(2);
  });
});
