import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { loadConfigFile } from '../../src/config/load.ts';
import { configFolder, configuration } from './configuration.ts';

function fileWith(text: string): string {
  const file = path.join(configFolder(), 'edge.json');
  writeFileSync(file, text);
  return file;
}

test('loadConfigFile() takes relative paths from the folder of the file', () => {
  const functions = { auth: { code: 'hooks/auth.js' } };
  const file = fileWith(JSON.stringify(configuration({ $schema: './s.json', functions })));
  expect(loadConfigFile(file)).toMatchObject({
    kind: 'loaded',
    config: {
      baseDir: path.dirname(file),
      functions: { auth: { code: path.join(path.dirname(file), 'hooks/auth.js') } },
    },
  });
});

test('loadConfigFile() reads a file with a byte order mark', () => {
  expect(loadConfigFile(fileWith(`\uFEFF${JSON.stringify(configuration())}`)).kind).toBe('loaded');
});

test('loadConfigFile() names line and column of what is not JSON', () => {
  expect(loadConfigFile(fileWith('{\n  "workers": 1,\n}'))).toEqual({
    kind: 'invalid',
    problems: [
      {
        path: 'line 3, column 1',
        found: '"}"',
        expected: 'a member name in double quotes (no comma after the last member)',
      },
    ],
  });
});

test('loadConfigFile() reports a file that is not there', () => {
  const file = path.join(configFolder(), 'none.json');
  expect(loadConfigFile(file)).toEqual({
    kind: 'invalid',
    problems: [
      { path: file, found: expect.stringContaining('ENOENT'), expected: 'a readable file' },
    ],
  });
});
