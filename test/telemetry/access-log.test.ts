import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type AccessRecord, accessLine, openAccessLog } from '../../src/telemetry/access-log.ts';
import { LineFile } from '../../src/telemetry/line-file.ts';
import { createLogger, SILENT_LOGGER } from '../../src/telemetry/log.ts';

const RECORD: AccessRecord = {
  endedAt: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  requestId: 'r1',
  clientIp: '127.0.0.1',
  method: 'GET',
  host: 'example.com',
  uri: '/a',
  query: '',
  protocol: 'HTTP/1.1',
  status: 200,
  bytes: 512,
  timeTakenMs: 1.23456,
  resultType: 'Hit',
  hooks: [],
  aborted: false,
};

function temporaryFile(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'isoedge-access-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  return path.join(folder, 'access.log');
}

function requestIdsIn(file: string): unknown[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { requestId: unknown }).requestId);
}

test('accessLine() of a hit has what every request has', () => {
  expect(accessLine(RECORD)).toBe(
    '{"time":"2026-01-02T03:04:05.006Z","requestId":"r1","clientIp":"127.0.0.1","method":"GET",' +
      '"host":"example.com","uri":"/a","query":"","protocol":"HTTP/1.1","status":200,"bytes":512,' +
      '"timeTakenMs":1.235,"resultType":"Hit"}\n',
  );
});

test('accessLine() adds what only some requests have', () => {
  const line = accessLine({
    ...RECORD,
    cacheReason: 'uri-miss; no-store',
    originMs: 20.0004,
    hooks: [
      { point: 'viewer-request', wallMs: 0.5 },
      { point: 'origin-request', wallMs: 1 },
    ],
    userAgent: 'curl/8',
    referer: 'http://a/',
    errorCode: 'EDGE_ORIGIN_CONNECT',
    aborted: true,
  });
  expect(JSON.parse(line)).toMatchObject({
    cacheReason: 'uri-miss; no-store',
    originMs: 20,
    hooks: { 'viewer-request': 0.5, 'origin-request': 1 },
    userAgent: 'curl/8',
    referer: 'http://a/',
    errorCode: 'EDGE_ORIGIN_CONNECT',
    aborted: true,
  });
});

test.each(['method', 'host', 'uri', 'query', 'userAgent', 'referer'] as const)(
  'accessLine() stays one JSON line whatever the viewer sends as %s',
  (member) => {
    const hostile = '"}\n{"status":500,"x":"\\ \u00e9\u0000';
    const line = accessLine({ ...RECORD, [member]: hostile });
    expect(line.indexOf('\n')).toBe(line.length - 1);
    expect(JSON.parse(line)).toMatchObject({ status: 200, [member]: hostile });
  },
);

test('openAccessLog() writes requests in order and adds to what is there', async () => {
  const file = temporaryFile();
  for (const ids of [['a', 'b'], ['c']]) {
    const log = openAccessLog({ file, format: 'json' }, SILENT_LOGGER);
    for (const requestId of ids) log.write({ ...RECORD, requestId });
    await log.dispose();
  }
  expect(requestIdsIn(file)).toEqual(['a', 'b', 'c']);
});

test('reopen() goes on in a new file after a rotation, and no line is lost', async () => {
  const file = temporaryFile();
  const log = openAccessLog({ file, format: 'json' }, SILENT_LOGGER);
  for (let i = 0; i < 1000; i += 1) log.write({ ...RECORD, requestId: `a${i}` });
  renameSync(file, `${file}.1`);
  log.reopen();
  for (let i = 0; i < 1000; i += 1) log.write({ ...RECORD, requestId: `b${i}` });
  await log.dispose();
  const rotated = requestIdsIn(`${file}.1`);
  const current = requestIdsIn(file);
  expect([...rotated, ...current]).toHaveLength(2000);
  expect(current).toContain('b999');
  expect(rotated).not.toContain('b999');
});

test('a line given to a closed log is dropped without an error', async () => {
  const file = temporaryFile();
  const log = openAccessLog({ file, format: 'json' }, SILENT_LOGGER);
  await log.dispose();
  log.write(RECORD);
  await log.dispose();
  expect(readFileSync(file, 'utf8')).toBe('');
});

test('a target that cannot be written is reported once, and its lines are counted as dropped', async () => {
  const reported: string[] = [];
  const file = new LineFile({
    target: '/dev/full',
    flushAfterMs: 0,
    onFailure: (error) => reported.push(error.message),
  });
  file.write('one\ntwo\n');
  await file.flush();
  file.write('three\n');
  await file.dispose();
  expect(reported).toEqual([expect.stringContaining('ENOSPC')]);
  expect(file.dropped).toBe(3);
});

test('openAccessLog() tells the log when the disk is full', async () => {
  const lines: string[] = [];
  const logger = createLogger(
    { level: 'info', format: 'json' },
    { write: (line) => lines.push(line) },
  );
  const log = openAccessLog({ file: '/dev/full', format: 'json' }, logger);
  log.write(RECORD);
  await log.dispose();
  expect(lines.join('')).toContain('Access log cannot be written, lines are dropped');
});
