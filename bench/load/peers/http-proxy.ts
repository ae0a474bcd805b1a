import { fileURLToPath } from 'node:url';
import { packagePresence } from './npm-peers.ts';
import { freePort, type Peer, startProgram, stopProgram, untilListening } from './peer.ts';

const SERVER_FILE = fileURLToPath(new URL('./http-proxy-server.ts', import.meta.url));

/** The proxy that Node.js programs have used for years: it has no cache, so it is measured where there is nothing to hit. */
export const httpProxy: Peer = {
  label: 'http-proxy (no cache)',
  presence: async () => packagePresence('http-proxy'),
  start: async ({ folder, originPort }) => {
    const port = await freePort();
    const args = [SERVER_FILE, String(port), String(originPort)];
    const child = startProgram(process.execPath, args, folder);
    await untilListening(child, port);
    return {
      port,
      pid: child.pid ?? 0,
      roleOf: () => 'http-proxy',
      stop: () => stopProgram(child),
    };
  },
};
