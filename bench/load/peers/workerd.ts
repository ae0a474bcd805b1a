import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SMALL_BYTES } from '../stories.ts';
import { packagePresence, peerFile } from './npm-peers.ts';
import { freePort, type Peer, startProgram, stopProgram, untilListening } from './peer.ts';

/**
 * workerd at its cheapest: one handler that answers 1 KB with two headers by itself. No cache and no origin: workerd's own
 * cache is a service that an operator has to bring, so a real hit costs more than what is measured here.
 */
export const workerd: Peer = {
  label: 'workerd (one handler, constant content)',
  presence: async () => packagePresence('workerd'),
  start: async ({ folder }) => {
    const port = await freePort();
    const file = join(folder, 'config.capnp');
    writeFileSync(join(folder, 'handler.js'), HANDLER_TEXT);
    writeFileSync(file, configText(port));
    const child = startProgram(peerFile('workerd', 'bin/workerd'), ['serve', file], folder);
    await untilListening(child, port);
    return {
      port,
      pid: child.pid ?? 0,
      roleOf: () => 'workerd',
      stop: () => stopProgram(child),
    };
  },
};

const HANDLER_TEXT = `
const content = 'x'.repeat(${SMALL_BYTES});
export default {
  fetch() {
    const headers = { 'cache-control': 'max-age=600', 'x-viewer-request': 'yes', 'x-viewer-response': 'yes' };
    return new Response(content, { headers });
  },
};
`;

function configText(port: number): string {
  return `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .handler)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const handler :Workerd.Worker = (
  modules = [(name = "handler", esModule = embed "handler.js")],
  compatibilityDate = "2026-01-01",
);
`;
}
