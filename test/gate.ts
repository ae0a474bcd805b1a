import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, styleText } from 'node:util';

/**
 * The quality gate, `npm test`: every check of the project in one command, cheap ones first. One line per step; a step's output is
 * shown only when it fails, or with `--verbose`. All steps run, so that one run shows everything there is to mend. The exit code is 1
 * if any failed. The last line counts the tests: `tests: 123 passed, 0 failed`. Arguments go to vitest: `npm test -- test/cache`.
 */

const ROOT = fileURLToPath(new URL('..', import.meta.url));

interface Step {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
  /** A step without anything to check is left out. */
  readonly needed?: () => boolean;
}

interface Outcome {
  readonly passed: boolean;
  readonly output: string;
}

const SOURCE_FOLDERS = ['src', 'test', 'bench', 'hooks', 'build'].filter(holdsCode);

const CHECKS: readonly Step[] = [
  { name: 'format', command: ['biome', 'check'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings', ...SOURCE_FOLDERS] },
  { name: 'types', command: ['tsc', '--noEmit', '-p', 'tsconfig.test.json'] },
  {
    name: 'types of the guest',
    command: ['tsc', '--noEmit', '-p', 'src/sandbox/guest/tsconfig.json'],
    needed: () => existsSync(join(ROOT, 'src/sandbox/guest/tsconfig.json')),
  },
  {
    name: 'types of the hooks',
    command: ['tsc', '--noEmit', '-p', 'tsconfig.hooks.json'],
    needed: () => globSync('hooks/**/*.ts', { cwd: ROOT }).length > 0,
  },
  { name: 'dead code', command: ['knip'] },
  { name: 'pages', command: ['markdownlint-cli2'] },
  {
    name: 'install the npm packages of test functions (npm ci in test/packages)',
    command: ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix=test/packages'],
    needed: () => !isInstalled('test/packages'),
  },
];

interface TestCount {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const { values, positionals } = parseArgs({
  options: { verbose: { type: 'boolean', default: false } },
  allowPositionals: true,
});

const scratch = mkdtempSync(join(tmpdir(), 'isoedge-gate-'));
try {
  process.exitCode = (await runGate()) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

async function runGate(): Promise<boolean> {
  let passed = true;
  for (const step of CHECKS) {
    if (step.needed?.() ?? true) passed = (await runStep(step)) && passed;
  }
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const [index, { name, args }] of testRuns().entries()) {
    const report = join(scratch, `tests-${index}.json`);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const runPassed = await runStep({ name, command: ['vitest', 'run', ...reporters, ...args] });
    const counted = countOf(report, runPassed);
    count.passed += counted.passed;
    count.failed += counted.failed;
    count.skipped += counted.skipped;
  }
  if (count.skipped > 0) console.log(`tests that did not run: ${count.skipped}`);
  console.log(`tests: ${count.passed} passed, ${count.failed} failed`);
  return passed && count.failed === 0;
}

/**
 * The fault suite runs by itself, last: it measures how long ordinary requests wait while hostile functions have the CPU, and other tests
 * beside it would be what they wait for.
 */
function testRuns(): readonly { readonly name: string; readonly args: readonly string[] }[] {
  if (positionals.length > 0) return [{ name: 'tests', args: positionals }];
  return [
    { name: 'tests', args: ['--exclude', 'test/faults/**'] },
    { name: 'fault tests', args: ['test/faults', '--no-file-parallelism'] },
  ];
}

async function runStep(step: Step): Promise<boolean> {
  const startedMs = performance.now();
  const { passed, output } = await run(step.command);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  const mark = passed ? styleText('green', 'ok    ') : styleText('red', 'FAILED');
  console.log(`${mark} ${step.name} (${seconds} s)`);
  if (!passed) console.log(`${output.trimEnd()}\n`);
  return passed;
}

/** Whether npm has installed what the folder's lock file says, and not an older one. */
function isInstalled(folder: string): boolean {
  const changedMs = (file: string): number | undefined =>
    statSync(join(ROOT, folder, file), { throwIfNoEntry: false })?.mtimeMs;
  const installedMs = changedMs('node_modules/.package-lock.json');
  return installedMs !== undefined && installedMs >= (changedMs('package-lock.json') ?? 0);
}

/** Runs npm, or a program of node_modules; with `--verbose` its output passes through. */
function run([program, ...args]: Step['command']): Promise<Outcome> {
  const bin = join(ROOT, 'node_modules', '.bin');
  const PATH = `${bin}${delimiter}${process.env.PATH ?? ''}`;
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const child = spawn(program === 'npm' ? program : join(bin, program), args, {
    cwd: ROOT,
    env: { ...process.env, PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const [from, to] of [
    [child.stdout, process.stdout],
    [child.stderr, process.stderr],
  ] as const) {
    from.setEncoding('utf8').on('data', (text: string) => {
      if (values.verbose) to.write(text);
      else output += text;
    });
  }
  child.once('error', (error) => resolve({ passed: false, output: error.message }));
  child.once('close', (code) => resolve({ passed: code === 0, output }));
  return promise;
}

/** The parts of vitest's JSON report that are read here. */
interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly unknown[];
  }[];
}

/** A file that could not be loaded counts as one failed test, and so does a run that fails outside of its tests. */
function countOf(file: string, runPassed: boolean): TestCount {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8')) as TestReport;
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  const failed = report.numFailedTests + broken.length;
  return {
    passed: report.numPassedTests,
    failed: runPassed ? failed : Math.max(1, failed),
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function holdsCode(folder: string): boolean {
  return globSync(`${folder}/**/*.{ts,js,mjs,cjs}`, { cwd: ROOT }).length > 0;
}
