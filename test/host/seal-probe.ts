/**
 * Stands in for the program of a hook host that somebody has taken over: tries to get out of the
 * seal, and prints what came of each attempt as JSON. With the argument `give-up` it first gives up
 * its rights, as the hook host does before user code arrives.
 */
import childProcess from 'node:child_process';
import crypto from 'node:crypto';
import dgram from 'node:dgram';
import dns from 'node:dns/promises';
import { once } from 'node:events';
import fs from 'node:fs';
import inspector from 'node:inspector';
import net from 'node:net';
import v8 from 'node:v8';
import worker from 'node:worker_threads';
import zlib from 'node:zlib';
import ivm from 'isolated-vm';
import { giveUpRights } from '../../src/sandbox/give-up.ts';

const [, programFile = '', mode, nativeFile = '', port = ''] = process.argv;
if (mode === 'give-up') giveUpRights();

async function connected(options: net.NetConnectOpts): Promise<string> {
  await once(net.connect(options), 'connect');
  return 'connected';
}

async function listening(server: net.Server, where: object): Promise<string> {
  server.listen(where);
  await once(server, 'listening');
  return 'listening';
}

const ATTEMPTS: Readonly<Record<string, () => unknown>> = {
  'read /etc/passwd': () => fs.readFileSync('/etc/passwd').length,
  'read the environment of the parent': () => fs.readFileSync(`/proc/${process.ppid}/environ`),
  'read the own program': () => fs.readFileSync(programFile).length,
  'list /': () => fs.readdirSync('/'),
  'write a file': () => fs.writeFileSync('/tmp/isoedge-seal-probe', 'x'),
  'write a heap snapshot': () => v8.writeHeapSnapshot('/tmp/isoedge-seal-probe'),
  'run a program': () => childProcess.execFileSync('/bin/true').length,
  'fork itself': () => childProcess.fork(programFile),
  'start a worker': () => new worker.Worker('1', { eval: true }),
  'open the inspector': () => inspector.open(0),
  'connect to the inspector': () => new inspector.Session().connect(),
  'connect to a port': () => connected({ host: '127.0.0.1', port: Number(port) }),
  'connect to a Unix socket': () => connected({ path: '/run/docker.sock' }),
  'listen on a port': () => listening(net.createServer(), { port: 0 }),
  'listen on a Unix socket': () => listening(net.createServer(), { path: '/tmp/isoedge-probe' }),
  'send a datagram': async () => {
    const socket = dgram.createSocket('udp4').bind(0);
    await once(socket, 'listening');
  },
  'look a name up': () => dns.lookup('localhost'),
  fetch: () => fetch(`http://127.0.0.1:${port}/`),
  'load native code': () => process.dlopen({ exports: {} }, nativeFile),
  'use a binding of Node': () =>
    (process as unknown as { binding(n: string): object }).binding('fs'),
  'make code from text': () => Reflect.construct(Function, ['return 1'])(),
  'signal the edge worker': () => process.kill(process.ppid, 0),
  'find a variable in the environment': () => Object.keys(process.env).find(() => true),
};

/** What a hook host needs: it must go on working. */
const DUTIES: Readonly<Record<string, () => unknown>> = {
  'make an isolate': () => {
    const isolate = new ivm.Isolate({ memoryLimit: 16 });
    const result: unknown = isolate.createContextSync().evalSync('eval("20 + 22")');
    isolate.dispose();
    return result;
  },
  compress: () => zlib.gzipSync('x').length > 0,
  hash: () => crypto.createHash('sha256').update('x').digest('hex').length,
  'make keys': () => crypto.generateKeyPairSync('ed25519').publicKey.type,
};

async function outcomes(table: Readonly<Record<string, () => unknown>>): Promise<object> {
  const found: Record<string, string> = {};
  for (const [name, attempt] of Object.entries(table)) {
    try {
      found[name] = String(await attempt());
    } catch (error) {
      const { code, cause, message } = error as Error & {
        code?: string;
        cause?: { code?: string };
      };
      found[name] = `refused: ${code ?? cause?.code ?? message}`;
    }
  }
  return found;
}

const report = { attempts: await outcomes(ATTEMPTS), duties: await outcomes(DUTIES) };
process.stdout.write(JSON.stringify(report), () => process.exit(0));
