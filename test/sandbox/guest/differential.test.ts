import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import { runInThisContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bufferCases } from './cases/buffer.ts';
import type { Case } from './cases/case.ts';
import { cryptoCases } from './cases/crypto.ts';
import { flowCases } from './cases/flow.ts';
import { textCases } from './cases/text.ts';
import { webCases } from './cases/web.ts';
import { type Guest, startGuest } from './harness.ts';

/**
 * The same snippet in Node and in an isolate gives the same lines. Functions expect Node; here is
 * the list of what they may expect.
 */

const INSPECT = '{ depth: 8, breakLength: 100, maxArrayLength: 300 }';

/** Runs a snippet and describes what it wrote and returned. The same text runs on both sides. */
const RUNNER = `async (code, require) => {
  const { inspect } = require('util');
  const lines = [];
  const show = (value) => typeof value === 'string' ? value : inspect(value, ${INSPECT});
  const out = (...values) => { lines.push(values.map(show).join(' | ')); };
  try {
    const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor;
    const result = await new AsyncFunction('require', 'out', code)(require, out);
    if (result !== undefined) lines.push(inspect(result, ${INSPECT}));
  } catch (error) {
    lines.push('THREW ' + (error?.stack ?? String(error)));
  }
  return lines;
}`;

let guest: Guest;

beforeAll(async () => {
  guest = await startGuest(
    `const run = ${RUNNER}; exports.handler = (event) => run(event.code, require);`,
  );
});

afterAll(() => guest.dispose());

type Run = (code: string, require: NodeJS.Require) => Promise<string[]>;

const runInNode = runInThisContext(RUNNER) as Run;

function suite(name: string, cases: readonly Case[]): void {
  describe(name, () => {
    test.each(cases)('%s', async (_name, code) => {
      const expected = await runInNode(code, createRequire(import.meta.url));
      const report = await guest.invoke({ code });
      expect(report.kind, inspect(report.value)).toBe('done');
      expect(report.value).toEqual(expected);
      expect(expected.join('\n')).not.toContain('THREW');
    });
  });
}

suite('Buffer', bufferCases);
suite('text, URLs, util', textCases);
suite('timers, events, streams, process, assert', flowCases);
suite('crypto, zlib', cryptoCases);
suite('fetch API, http, fs, modules', webCases);
