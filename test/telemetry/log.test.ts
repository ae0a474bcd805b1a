import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { EdgeError } from '../../src/base/edge-error.ts';
import { createLogger, type Logger } from '../../src/telemetry/log.ts';

const LOG_MODULE = JSON.stringify(new URL('../../src/telemetry/log.ts', import.meta.url).href);

function linesOf(log: (logger: Logger) => void, level: 'info' | 'silent' = 'info'): unknown[] {
  const lines: string[] = [];
  log(createLogger({ level, format: 'json' }, { write: (line) => lines.push(line) }));
  return lines.map((line): unknown => JSON.parse(line));
}

function logAtEachLevel(log: Logger): void {
  log.debug({}, 'debug');
  log.info({}, 'info');
  log.error({}, 'error');
}

/** Runs a program that has `log`, a JSON logger of level info on stderr. */
function runProgram(program: string): ReturnType<typeof spawn> {
  const source = `import { createLogger } from ${LOG_MODULE};
    const log = createLogger({ level: 'info', format: 'json' });
    ${program}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source]);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

test('createLogger() writes level, time, process, facts and message as one JSON line', () => {
  const lines = linesOf((log) => {
    log.warn({ function: 'auth', limitMs: 50 }, 'Hook function is slow');
  });
  expect(lines).toEqual([
    {
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      pid: process.pid,
      function: 'auth',
      limitMs: 50,
      msg: 'Hook function is slow',
    },
  ]);
});

test('createLogger() drops lines below its level', () => {
  expect(linesOf(logAtEachLevel)).toMatchObject([{ msg: 'info' }, { msg: 'error' }]);
  expect(linesOf(logAtEachLevel, 'silent')).toEqual([]);
});

test('createLogger() describes a failure with code, facts and cause', () => {
  const cause = new Error('connect ECONNREFUSED');
  const error = new EdgeError('EDGE_ORIGIN_CONNECT', 'Cannot reach origin "app"', {
    cause,
    facts: { attempts: 3 },
  });
  const [line] = linesOf((log) => {
    log.error({ error }, 'Request failed');
  });
  expect(line).toMatchObject({
    error: {
      type: 'EdgeError',
      code: 'EDGE_ORIGIN_CONNECT',
      message: 'Cannot reach origin "app"',
      facts: { attempts: 3 },
      stack: expect.stringContaining('log.test.ts'),
      cause: { type: 'Error', message: 'connect ECONNREFUSED' },
    },
  });
});

test('createLogger() describes what is thrown without being an error', () => {
  const [line] = linesOf((log) => {
    log.error({ error: 'just text' }, 'Request failed');
  });
  expect(line).toMatchObject({ error: { type: 'string', message: 'just text' } });
});

test('createLogger() in pretty format writes text for people', () => {
  const lines: string[] = [];
  const log = createLogger(
    { level: 'info', format: 'pretty' },
    { write: (line) => lines.push(line) },
  );
  log.info({ port: 8080 }, 'Listening');
  expect(lines.join('')).toMatch(/INFO.*Listening\n\s+port: 8080/s);
});

test('a process that ends on an uncaught exception leaves all its lines behind', async () => {
  const child = runProgram(`
    for (let i = 0; i < 5000; i += 1) log.info({ i }, 'line');
    throw new Error('the end');`);
  const [lines, [code]] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
  expect(code).toBe(1);
  const numbers = [...lines.matchAll(/"i":(\d+)/g)].map((match) => Number(match[1]));
  expect(numbers).toEqual(Array.from({ length: 5000 }, (_, index) => index));
});

test('a process that calls exit() while nobody reads leaves its lines behind once somebody does', async () => {
  const child = runProgram(`
    for (let i = 0; i < 20_000; i += 1) log.info({ i, filler: 'x'.repeat(100) }, 'line');
    setTimeout(() => {
      process.stdout.write('leaving');
      process.exit(0);
    }, 50);`);
  await once(child.stdout!, 'data');
  const lines = await text(child.stderr!);
  expect(lines.match(/"i":/g)).toHaveLength(20_000);
});

test('a reader that does not read does not stop the process', async () => {
  const child = runProgram(`
    for (let i = 0; i < 20_000; i += 1) log.info({ i, filler: 'x'.repeat(100) }, 'line');
    setImmediate(() => { process.stdout.write('alive'); });`);
  const [chunk] = await once(child.stdout!, 'data');
  expect(String(chunk)).toBe('alive');
  const lines = await text(child.stderr!);
  expect(lines.match(/"i":/g)).toHaveLength(20_000);
});
