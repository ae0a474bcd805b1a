import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { killAll, outcomeOf, startHosts, type TestHosts } from './host-fixture.ts';
import { hosted } from './hosted.ts';

const LOOP = 'for (;;);';
const BIGINT = 'let n = 7n; for (;;) n *= n;';

let fixture: TestHosts;

beforeEach(async () => {
  fixture = await startHosts();
});

afterEach(() => fixture[Symbol.asyncDispose]());

describe('load()', () => {
  test.each([
    ['a syntax error', 'exports.handler = (((', 'EDGE_FUNCTION_INIT', 'SyntaxError'],
    ['an exception', 'null.x;', 'EDGE_FUNCTION_INIT', 'TypeError'],
    ['no handler', 'exports.other = () => {};', 'EDGE_FUNCTION_HANDLER', 'handler'],
    ['a handler that is no function', 'exports.handler = 1;', 'EDGE_FUNCTION_HANDLER', 'handler'],
    ['an endless loop', LOOP, 'EDGE_FUNCTION_INIT_TIMEOUT', '300 ms'],
    ['native code that never ends', BIGINT, 'EDGE_FUNCTION_INIT_TIMEOUT', '300 ms'],
    ['an exit', 'process.exit(0);', 'EDGE_FUNCTION_INIT', 'ended its environment'],
  ])('of a module with %s fails', async (_what, text, code, words) => {
    const [outcome] = await fixture.load(hosted('f', text, { initTimeoutMs: 300 }));
    expect(outcome).toMatchObject({ kind: 'failed', error: { code } });
    expect(outcome).toMatchObject({ error: { message: expect.stringContaining(words) } });
    expect(outcomeOf(await fixture.call('f'))).toBe('EDGE_HOOK_UNAVAILABLE');
    expect(fixture.hosts.functions()).toMatchObject([{ state: 'failed' }]);
  });

  test('of a module that needs too much memory fails', async () => {
    const text = 'const kept = []; for (;;) kept.push(new Array(10000).fill(kept.length));';
    const [outcome] = await fixture.load(hosted('f', text, { memoryMb: 16 }));
    expect(outcome).toMatchObject({ error: { code: 'EDGE_FUNCTION_INIT_MEMORY' } });
  });

  test('of an ES module that never finishes its top-level await fails', async () => {
    const text =
      'await new Promise((resolve) => setTimeout(resolve, 2 ** 30));\nexport const handler = 1;';
    const [outcome] = await fixture.load(hosted('f', text, { format: 'esm', initTimeoutMs: 100 }));
    expect(outcome).toMatchObject({ error: { code: 'EDGE_FUNCTION_INIT_TIMEOUT' } });
  });

  test('of one function that fails does not keep the others of its group from loading', async () => {
    const outcomes = await fixture.load(
      hosted('bad', BIGINT, { trustGroup: 'g', initTimeoutMs: 100 }),
      hosted('good', 'exports.handler = async () => 1;', { trustGroup: 'g' }),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(['failed', 'loaded']);
    expect(outcomeOf(await fixture.call('good'))).toBe(1);
  });

  test('may use more CPU than a call may', async () => {
    const text = `const until = performance.now() + 250;
      while (performance.now() < until);
      exports.handler = async () => { await new Promise((resolve) => setTimeout(resolve, 5)); return 1; };`;
    await fixture.load(hosted('f', text));
    // Two at once: the second needs an environment of its own, which loads on its account.
    const calls = [1, 2].map(() => fixture.call('f', {}, { cpuMs: 20 }));
    expect((await Promise.all(calls)).map(outcomeOf)).toEqual([1, 1]);
    expect(fixture.ended.all).toEqual([]);
  });
});

describe('a module that fails to load', () => {
  test('is tried again by a call after a while', async () => {
    const text = `
      if (Number(process.env.UNTIL) > Date.now()) throw new Error('not yet');
      exports.handler = async () => 'now';`;
    const environment = { UNTIL: String(Date.now() + 400) };
    const [outcome] = await fixture.load(hosted('f', text, { environment }));
    expect(outcome).toMatchObject({ kind: 'failed' });
    expect(outcomeOf(await fixture.call('f'))).toBe('EDGE_HOOK_UNAVAILABLE');
    for (;;) {
      fixture.advance(60_000);
      const answer = outcomeOf(await fixture.call('f'));
      if (answer === 'now') break;
      expect(answer).toBe('EDGE_HOOK_UNAVAILABLE');
    }
    expect(fixture.hosts.functions()).toMatchObject([{ state: 'ready' }]);
  });

  test('in a later environment fails the call that needed it, and no other', async () => {
    const text = `
      if (Number(process.env.AFTER) < Date.now()) throw new Error('too late');
      exports.handler = async () => 'in time';`;
    const environment = { AFTER: String(Date.now() + 1500) };
    await fixture.load(hosted('f', text, { environment }));
    expect(outcomeOf(await fixture.call('f'))).toBe('in time');
    while (Date.now() <= Number(environment.AFTER)) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(outcomeOf(await fixture.call('f'))).toBe('in time');
    await killAll(fixture);
    const outcome = await fixture.call('f');
    expect(outcomeOf(outcome)).toBe('EDGE_FUNCTION_INIT');
    expect(outcome).toMatchObject({ functionError: { errorMessage: 'too late' } });
  });
});
