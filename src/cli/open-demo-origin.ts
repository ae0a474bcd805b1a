import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { EdgeError } from '../base/edge-error.ts';
import { urlOf } from './addresses.ts';
import { createDemoOrigin } from './demo-origin.ts';

/** The demo origin, open. */
export interface OpenDemoOrigin {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';

/** Opens the demo origin. Rejects with EDGE_APP_LISTEN. */
export async function openDemoOrigin(port: number): Promise<OpenDemoOrigin> {
  const server = createDemoOrigin();
  try {
    server.listen({ host: HOST, port });
    await once(server, 'listening');
  } catch (cause) {
    const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
    const found = isTaken ? 'address already in use' : String(cause);
    const message = `Cannot listen on ${HOST}:${port} for the demo origin: ${found}`;
    throw new EdgeError('EDGE_APP_LISTEN', message, { cause, facts: { host: HOST, port } });
  }
  const address = server.address() as AddressInfo;
  return {
    url: urlOf(address),
    port: address.port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
