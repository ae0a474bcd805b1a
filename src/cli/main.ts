#!/usr/bin/env node
// Runs on every Node.js that knows ES modules, so that an old one is told what is needed instead of failing on newer code.
// Nothing is imported before the check.
const NEEDED_MAJOR = 24;
const { node: version } = process.versions;

if (Number(version.split('.')[0]) < NEEDED_MAJOR) {
  const found = `found v${version} (${process.execPath})`;
  process.stderr.write(`isoedge needs Node.js >= ${NEEDED_MAJOR}, ${found}\n`);
  process.exitCode = 1;
} else {
  const { keepCompiledSources } = await import('../app/compile-cache.ts');
  keepCompiledSources();
  const { runCommandLine } = await import('./run-command-line.ts');
  process.exitCode = await runCommandLine(process.argv.slice(2));
}
