import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EgressAnswer } from '../../src/host/egress/egress-request.ts';
import type { GroupOperation } from '../../src/host/trust-group.ts';
import { Recorder } from '../support/recorder.ts';
import { outcomeOf, startHosts, type TestHosts } from './host-fixture.ts';
import { hosted } from './hosted.ts';

interface OpenOperation {
  readonly operation: GroupOperation;
  readonly signal: AbortSignal;
  readonly answer: (answer: EgressAnswer) => void;
}

const PROGRAM = `
let calls = 0;
exports.handler = async (event) => {
  calls += 1;
  const actions = {
    count: () => calls,
    spin: () => { const until = performance.now() + event.ms; while (performance.now() < until); return 'spun'; },
    loop: () => { for (;;); },
    wait: () => new Promise((resolve) => setTimeout(resolve, event.ms, 'waited')),
    never: () => new Promise((resolve) => setTimeout(resolve, 2 ** 30)),
    throw: () => { throw new RangeError('thrown'); },
    exit: () => process.exit(3),
    reject: () => { Promise.reject(new Error('nobody handles me')); return new Promise(() => { setTimeout(() => {}, 9999); }); },
    uncaught: () => new Promise(() => { setTimeout(() => { throw new Error('in a timer'); }, 1); }),
    late: () => { setTimeout(() => { calls = 1000; }, 1); return 'early'; },
    log: () => { console.log('first %d', 1); console.error('second'); return 'logged'; },
    logAndLoop: () => { console.log('last words'); for (;;); },
    environment: () => process.env.GREETING,
    huge: () => ({ text: 'x'.repeat(7 * 2 ** 20) }),
    hugeError: () => { throw new TypeError('y'.repeat(2 ** 20)); },
    deadline: () => new Promise((resolve) => setTimeout(resolve, 2 ** 30)),
    fetch: () => fetch('http://example.com/').then((response) => response.status, (error) => String(error.cause?.code ?? error.code ?? error.name)),
    flood: async () => {
      const codes = await Promise.all(Array.from({ length: 300 }, () => fetch('http://example.com/').then(() => 'answered', (error) => error.cause?.code ?? error.code ?? error.name)));
      return { count: codes.length, refused: codes.filter((code) => code === 'EMFILE').length };
    },
  };
  return actions[event.do]();
};`;

let fixture: TestHosts;
const operations = new Recorder<OpenOperation>();
const DENIED: EgressAnswer = {
  ok: false,
  resultJson: JSON.stringify({ hostError: true, name: 'Error', message: 'no', code: 'EDENIED' }),
  content: new Uint8Array(0),
};

beforeAll(async () => {
  fixture = await startHosts({
    operate: (operation, signal) =>
      new Promise((answer) => operations.add({ operation, signal, answer })),
  });
  const environment = { GREETING: 'hello' };
  const outcomes = await fixture.load(
    hosted('one', PROGRAM, { environment }),
    hosted('two', PROGRAM, { environment }),
    hosted('module', 'export const handler = async () => process.env.GREETING;', {
      format: 'esm',
      environment,
    }),
    hosted(
      'late-module',
      'await new Promise((resolve) => setTimeout(resolve, 5));\nexport const handler = async () => 1;',
      { format: 'esm' },
    ),
  );
  expect(outcomes.map(({ kind }) => kind)).toEqual(['loaded', 'loaded', 'loaded', 'loaded']);
});

afterAll(() => fixture[Symbol.asyncDispose]());

/**
 * On a busy machine a host may have to be killed for what its own limits end elsewhere; no test
 * here is about what follows from that.
 */
function forgetKills(): void {
  fixture.advance(60_000);
}

beforeEach(forgetKills);

function call(what: string, event: object = {}, limits: object = {}): Promise<unknown> {
  return fixture.call('one', { do: what, ...event }, limits).then(outcomeOf);
}

describe('a call', () => {
  test('gets what the handler returned, with its cost', async () => {
    const outcome = await fixture.call('one', { do: 'spin', ms: 5 });
    expect(outcomeOf(outcome)).toBe('spun');
    expect(outcome.cost.wallMs).toBeGreaterThanOrEqual(5);
    expect(outcome.cost.cpuMs).toBeGreaterThan(0);
    expect(outcome.cost.cpuMs).toBeLessThanOrEqual(outcome.cost.wallMs);
  });

  test('finds the environment variables of its function, also in an ES module', async () => {
    expect(await call('environment')).toBe('hello');
    expect(outcomeOf(await fixture.call('module'))).toBe('hello');
  });

  test('of a module that awaits at its top level finds it complete', async () => {
    expect(outcomeOf(await fixture.call('late-module'))).toBe(1);
  });

  test('of an unknown function fails', async () => {
    expect(outcomeOf(await fixture.call('nobody'))).toBe('EDGE_HOOK_UNAVAILABLE');
  });

  test('that throws fails with the error of the function', async () => {
    const outcome = await fixture.call('one', { do: 'throw' });
    expect(outcome).toMatchObject({
      kind: 'failed',
      functionError: { errorType: 'RangeError', errorMessage: 'thrown' },
    });
    expect(outcomeOf(outcome)).toBe('EDGE_HOOK_THREW');
  });

  test.each([
    ['loop', 'EDGE_HOOK_CPU'],
    ['never', 'EDGE_HOOK_TIMEOUT'],
    ['exit', 'EDGE_HOOK_EXITED'],
    ['reject', 'EDGE_HOOK_THREW'],
    ['uncaught', 'EDGE_HOOK_THREW'],
  ])('%s: fails with %s, and the next one finds a cold environment', async (what, code) => {
    expect(await call('count')).toBeGreaterThan(0);
    const outcome = await fixture.call('one', { do: what }, { cpuMs: 20, timeoutMs: 100 });
    expect(outcomeOf(outcome)).toBe(code);
    expect(await call('count')).toBe(1);
  });

  test('that succeeds or throws leaves its environment warm', async () => {
    const before = (await call('count')) as number;
    await call('throw');
    expect(await call('count')).toBe(before + 2);
  });

  test('fails by the CPU that it used, not by the wall clock', async () => {
    for (const ms of [5, 20, 40, 60, 80]) {
      forgetKills();
      const outcome = await fixture.call('one', { do: 'spin', ms }, { cpuMs: 50 });
      // So busy that there was no CPU for it in three tries: that is said, and proves nothing here.
      if (outcome.kind === 'failed' && outcome.error.message.includes('no more to give')) continue;
      const isOver = outcome.cost.cpuMs > 50;
      expect(outcomeOf(outcome)).toBe(isOver ? 'EDGE_HOOK_CPU' : 'spun');
    }
  });

  test('may wait longer than its CPU limit', async () => {
    expect(await call('wait', { ms: 300 }, { cpuMs: 200 })).toBe('waited');
  });

  test('adds up its stretches', async () => {
    const program = `exports.handler = async () => {
      for (;;) {
        const until = performance.now() + 10;
        while (performance.now() < until);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };`;
    await fixture.load(hosted('stretches', program));
    const outcome = await fixture.call('stretches', {}, { cpuMs: 35 });
    expect(outcomeOf(outcome)).toBe('EDGE_HOOK_CPU');
    expect(outcome.cost.cpuMs).toBeGreaterThan(35);
  });

  test('is over when it has answered: what its timers do later is not seen', async () => {
    expect(await call('late')).toBe('early');
    expect(await call('count')).toBeLessThan(1000);
  });

  test('has its log lines, with what joins them to the request', async () => {
    await call('log');
    const first = await fixture.logs.waitFor(({ message }) => message === 'first 1');
    expect(first).toMatchObject({
      functionName: 'one',
      version: 'v1',
      level: 'info',
      requestId: 'request-1',
      point: 'viewer-request',
    });
    expect((await fixture.logs.waitFor(({ message }) => message === 'second')).level).toBe('error');
  });

  test('that never comes back has its last words in the log', async () => {
    expect(await call('logAndLoop', {}, { cpuMs: 20 })).toBe('EDGE_HOOK_CPU');
    await fixture.logs.waitFor(({ message }) => message === 'last words');
  });

  test('with a result over six megabytes fails as on Lambda', async () => {
    const outcome = await fixture.call('one', { do: 'huge' });
    expect(outcomeOf(outcome)).toBe('EDGE_HOOK_THREW');
    const functionError = { errorType: 'Function.ResponseSizeTooLarge' };
    expect(outcome).toMatchObject({ functionError });
  });

  test('with an error of a megabyte has its beginning', async () => {
    const outcome = await fixture.call('one', { do: 'hugeError' });
    expect(outcome).toMatchObject({ functionError: { errorType: 'TypeError' } });
    expect(JSON.stringify(outcome).length).toBeLessThan(20_000);
  });

  test('is reported as ended exactly once', async () => {
    const before = fixture.endedCalls.all.length;
    await Promise.all([call('count'), call('throw'), call('exit')]);
    expect(fixture.endedCalls.all.length).toBe(before + 3);
  });
});

describe('an operation', () => {
  test('goes to the edge worker with its call, and its answer comes back', async () => {
    const before = operations.all.length;
    const outcome = call('fetch');
    await operations.waitForCount(before + 1);
    const { operation, answer } = operations.all[before] ?? expect.unreachable();
    expect(operation.name).toBe('egress.request');
    expect(operation.call?.request.requestId).toBe('request-1');
    expect(operation.lane.hosted.settings.name).toBe('one');
    answer(DENIED);
    expect(await outcome).toBe('EDENIED');
  });

  test('is aborted when its host dies', async () => {
    const before = operations.all.length;
    const outcome = fixture.call('two', { do: 'fetch' });
    await operations.waitForCount(before + 1);
    const { operation, signal } = operations.all[before] ?? expect.unreachable();
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
    const pids = fixture.hosts.pids();
    expect(operation.call?.reachedOut).toBe(true);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await aborted;
    // It may have had an effect outside, so it is not run again.
    expect(outcomeOf(await outcome)).toBe('EDGE_HOOK_COLLATERAL');
  });

  test('beyond 256 at once is refused in the host', async () => {
    const before = operations.all.length;
    const outcome = call('flood');
    await operations.waitForCount(before + 256);
    for (const { answer } of operations.all.slice(before)) answer(DENIED);
    expect(await outcome).toEqual({ count: 300, refused: 44 });
    expect(operations.all.length).toBe(before + 256);
  });
});
