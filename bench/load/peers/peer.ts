import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type PeerName = 'nginx' | 'nginx-tuned' | 'nginx-njs' | 'varnish' | 'workerd' | 'http-proxy';

/** Whether a side can take part on this machine. */
export type Presence =
  | { readonly kind: 'present'; readonly version: string }
  | { readonly kind: 'absent'; readonly reason: string };

/** What a side is started with. */
export interface PeerContext {
  /** An empty folder of its own. */
  readonly folder: string;
  readonly originPort: number;
}

/** A side that serves. */
export interface RunningPeer {
  readonly port: number;
  /** Root of its process tree. */
  readonly pid: number;
  /** Name of a process of the tree, from its command line and its place among its likes, in order of their pids. */
  readonly roleOf: (commandLine: string, index: number) => string;
  stop(): Promise<void>;
}

/** One side of a story, in a file of its own. */
export interface Peer {
  /** What the report calls it. */
  readonly label: string;
  presence(): Promise<Presence>;
  start(context: PeerContext): Promise<RunningPeer>;
}

const STOP_GRACE_MS = 5000;
const START_TIMEOUT_MS = 30_000;

/** A free TCP port of the loopback interface. Somebody else may take it meanwhile; then the side fails to start. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts a program whose words go to nowhere but its last lines of stderr, which a failure shows. */
export function startProgram(command: string, args: readonly string[], cwd: string): ChildProcess {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let tail = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    tail = (tail + chunk.toString()).slice(-2000);
  });
  child.once('exit', (code, signal) => {
    if (code !== 0 && signal !== 'SIGTERM' && signal !== 'SIGKILL') {
      console.error(`${command} ended with ${code ?? signal}: ${tail.trim()}`);
    }
  });
  return child;
}

/** Resolves when the port takes connections. Rejects when the program has ended or the time is over. */
export async function untilListening(child: ChildProcess, port: number): Promise<void> {
  const givenUpAt = performance.now() + START_TIMEOUT_MS;
  while (performance.now() < givenUpAt) {
    if (child.exitCode !== null) throw new Error(`Cannot start a side: it ended`);
    if (await accepts(port)) return;
    await sleep(10);
  }
  throw new Error(`Cannot start a side: nothing listens on port ${port}`);
}

function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host: '127.0.0.1', port });
  socket.once('connect', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

/** Ends a program: politely, then not. */
export async function stopProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  await exited;
  clearTimeout(timer);
}

/** First line of what a program prints about its version; `undefined` when it cannot be run. */
export async function versionOf(
  command: string,
  args: readonly string[],
): Promise<string | undefined> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const add = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  child.once('error', () => resolve(undefined));
  child.once('close', (code) => resolve(code === 0 ? text.split('\n', 1)[0]?.trim() : undefined));
  return await promise;
}
