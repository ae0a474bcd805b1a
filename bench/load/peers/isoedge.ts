import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Peer, type PeerContext, type RunningPeer, stopProgram } from './peer.ts';

/** The hooks of the stories, in the order in which hosts are started for them. Each adds one header. */
const HOOKS = ['viewer-request', 'viewer-response', 'origin-request', 'origin-response'] as const;
type HookName = (typeof HOOKS)[number];

/** A clone of isoedge, and the file of it that is started. */
export interface Clone {
  readonly root: string;
  readonly entry: string;
}

/** isoedge as users start it: `node ENTRY serve --config FILE`. */
export function isoedge(clone: Clone, label: string): Peer {
  return {
    label,
    presence: async () => ({ kind: 'present', version: `Node.js ${process.version}` }),
    start: (context) => startEdge(clone, context, HOOKS),
  };
}

/** The same with two functions only: what the figures of memory and start are about. */
export async function startWithTwoFunctions(
  clone: Clone,
  context: PeerContext,
): Promise<RunningPeer> {
  return await startEdge(clone, context, ['viewer-request', 'viewer-response']);
}

async function startEdge(
  { root, entry }: Clone,
  context: PeerContext,
  hooks: readonly HookName[],
): Promise<RunningPeer> {
  const file = join(context.folder, 'config.json');
  for (const hook of hooks) writeFileSync(join(context.folder, `${hook}.js`), hookText(hook));
  writeFileSync(file, JSON.stringify(configOf(context, hooks), undefined, 2));
  const child = spawn(process.execPath, [entry, 'serve', '--config', file], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const port = await portOf(child);
  return {
    port,
    pid: child.pid ?? 0,
    roleOf: (commandLine, index) => roleOf(commandLine, index, hooks),
    stop: () => stopProgram(child),
  };
}

/** The port in the line that says so; everything that the edge prints instead is the reason why it does not start. */
async function portOf(child: ChildProcess): Promise<number> {
  const printed: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const stderr = child.stderr;
  if (stderr === null) throw new Error('Cannot read what the edge prints');
  createInterface({ input: stderr }).on('line', (line) => {
    printed.push(line);
    const found = /"viewer":\["http:\/\/[^"]*:(?<port>\d+)/.exec(line)?.groups?.['port'];
    if (found !== undefined) resolve(Number(found));
  });
  child.once('exit', () => {
    reject(new Error(`Cannot start isoedge:\n${printed.slice(-20).join('\n')}`));
  });
  return await promise;
}

function configOf(context: PeerContext, names: readonly HookName[]): object {
  const pick = (wanted: readonly HookName[]): object =>
    Object.fromEntries(wanted.filter((name) => names.includes(name)).map((name) => [name, name]));
  const functionOf = (name: HookName): object => ({
    code: `./${name}.js`,
    handler: `${name}.handler`,
  });
  return {
    listeners: [{ host: '127.0.0.1', port: 0 }],
    origins: { app: { url: `http://127.0.0.1:${context.originPort}` } },
    functions: Object.fromEntries(names.map((name) => [name, functionOf(name)])),
    behaviors: [
      { path: '/two-hooks/*', origin: 'app', hooks: pick(['viewer-request', 'viewer-response']) },
      { path: '/four-hooks/*', origin: 'app', hooks: pick(HOOKS) },
      { path: '*', origin: 'app' },
    ],
    log: { level: 'info', format: 'json' },
  };
}

/** A function as people write them: it adds one header to what it is given. */
function hookText(name: HookName): string {
  const part = name.endsWith('request') ? 'request' : 'response';
  return [
    "'use strict';",
    'exports.handler = async (event) => {',
    `  const { ${part} } = event.Records[0].cf;`,
    `  ${part}.headers['x-${name}'] = [{ key: 'X-${name}', value: 'yes' }];`,
    `  return ${part};`,
    '};',
    '',
  ].join('\n');
}

/** A host is started for each function in their order, and one as a spare: their pids tell which is which. */
function roleOf(commandLine: string, index: number, hooks: readonly HookName[]): string {
  // Hosts are the sealed ones.
  if (commandLine.includes(' --permission ')) return `host:${hooks[index] ?? 'spare'}`;
  return commandLine.includes('worker-main.') ? 'worker' : 'supervisor';
}
