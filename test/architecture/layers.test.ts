import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, test } from 'vitest';

/** The import rules of `.dependency-cruiser.cjs`, run over `src/`, and proof that they can fail. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Report {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

async function cruise(folder: string): Promise<Report> {
  const program = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const config = join(ROOT, '.dependency-cruiser.cjs');
  const args = [program, 'src', '--config', config, '--output-type', 'json'];
  const options = { cwd: folder, maxBuffer: 2 ** 28 };
  // It exits with the number of violations; the report is on stdout all the same.
  const { stdout } = await promisify(execFile)(process.execPath, args, options).catch(
    (failed: { stdout: string }) => failed,
  );
  return JSON.parse(stdout) as Report;
}

function sourcesIn(folder: string): string[] {
  return globSync('src/**/*.ts', { cwd: folder }).toSorted();
}

function seenBy(report: Report): string[] {
  const known = new Set(sourcesIn(ROOT));
  return report.modules.map(({ source }) => source).filter((source) => known.has(source));
}

describe('the rooms of src/', () => {
  test('import only from rooms to their right, and each dependency from its owner', async ({
    expect,
  }) => {
    const report = await cruise(ROOT);
    const found = report.summary.violations.map(
      ({ rule, from, to }) => `${rule.name}: ${from} → ${to}`,
    );
    expect(found).toEqual([]);
    // A compiler that the tool cannot read makes it see no module, and pass.
    expect(seenBy(report).toSorted()).toEqual(sourcesIn(ROOT));
  });

  test('would be refused otherwise', async ({ expect }) => {
    const report = await cruise(join(ROOT, 'test/fixtures/architecture'));
    const found = report.summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
    expect([...new Set(found)].toSorted()).toEqual([
      'direction-of-base: src/base/clock.ts',
      'direction-of-cache: src/cache/lookup.ts',
      'direction-of-hook: src/hook/hook-point.ts',
      'direction-of-host: src/host/pool.ts',
      'known-dependency: src/host/pool.ts',
      'known-room: src/nowhere/lost.ts',
      'no-cycle: src/base/clock.ts',
      'owner-of-esbuild: src/origin/attempt.ts',
      'owner-of-node-child-process: src/http/dates.ts',
      'resolvable: src/origin/attempt.ts',
      'sandbox-is-a-program: src/host/pool.ts',
      'src-stands-alone: src/sandbox/isolate.ts',
    ]);
    const toConfig = report.summary.violations.filter(({ to }) => to === 'src/config/config.ts');
    expect(toConfig).toEqual([]);
  });
});

describe('what only some rooms may do', () => {
  test.for<[what: string, call: RegExp, rooms: readonly string[]]>([
    ['open a listener', /\bcreateServer\(|\bcreateSecureServer\(/, ['viewer', 'admin', 'cli']],
    ['read process.env', /\bprocess\.env\b/, ['cli']],
    ['end the process', /\bprocess\.exit(?:Code)?\b/, ['cli', 'sandbox']],
  ])('%s', ([_what, call, rooms], { expect }) => {
    const offenders = sourcesIn(ROOT)
      .filter((source) => !source.startsWith('src/sandbox/guest/'))
      .filter((source) => !rooms.some((room) => source.startsWith(`src/${room}/`)))
      .filter((source) => call.test(withoutComments(readFileSync(join(ROOT, source), 'utf8'))));
    expect(offenders).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*/g, '');
}
