import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readTokenCheck } from '../../src/admin/token.ts';
import { adminListener, fakeBackend, tokenFileWith } from './admin-listener.ts';

test('readTokenCheck() without a file lets everybody in', () => {
  expect(readTokenCheck(undefined)(undefined)).toBe(true);
});

test.each([
  ['', 'file is empty, expected one token'],
  [' \n', 'file is empty, expected one token'],
  ['two tokens', 'found blanks inside, expected one token'],
])('readTokenCheck() refuses a file with %j', (content, expected) => {
  const file = tokenFileWith(content);
  expect(() => readTokenCheck(file)).toThrow(`Cannot read admin token file "${file}": ${expected}`);
});

test('readTokenCheck() refuses a file that is not there', () => {
  expect(() => readTokenCheck('/none/token')).toThrow(
    /^Cannot read admin token file "\/none\/token": ENOENT/,
  );
});

test('reloadToken() takes the new token, and keeps the old one if the file is broken', async () => {
  const file = tokenFileWith('first');
  const { url, server } = await adminListener(fakeBackend(), file);
  const statusWith = async (token: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${url}/metrics`, { headers })).status;
  };
  writeFileSync(file, 'second');
  expect(await statusWith('first')).toBe(200);
  server.reloadToken();
  expect([await statusWith('first'), await statusWith('second')]).toEqual([401, 200]);
  writeFileSync(file, '');
  expect(() => {
    server.reloadToken();
  }).toThrow('file is empty');
  expect(await statusWith('second')).toBe(200);
});
