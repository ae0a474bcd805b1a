import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compileConfig, type LoadedConfig } from './compile.ts';
import { jsonProblems } from './json-text.ts';

/**
 * Reads and compiles a configuration file. A file that cannot be read, or that is not JSON, is reported like any other
 * problem; nothing is thrown. Relative paths in the file begin at its folder.
 */
export function loadConfigFile(file: string): LoadedConfig {
  const absolute = path.resolve(file);
  let text: string;
  try {
    text = readFileSync(absolute, 'utf8');
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    return { kind: 'invalid', problems: [{ path: file, found, expected: 'a readable file' }] };
  }
  return loadConfigText(text.replace(/^\uFEFF/, ''), path.dirname(absolute));
}

/** Compiles the text of a configuration file. */
export function loadConfigText(text: string, baseDir: string): LoadedConfig {
  const problems = jsonProblems(text);
  if (problems.length > 0) return { kind: 'invalid', problems };
  const input: unknown = JSON.parse(text);
  return compileConfig(input, baseDir);
}
