import { type AddressInfo, createServer, type Socket } from 'node:net';
import { Recorder } from './recorder.ts';

/** One TCP connection to a raw origin. */
export interface RawOriginConnection {
  readonly socket: Socket;
  /** Everything received so far, one char per byte. */
  readonly received: string;
  /** Resolves when the received bytes contain `text` `times` times; never, if the peer leaves before. */
  waitForText(text: string, times?: number): Promise<void>;
  send(bytes: string): void;
  /** Closes gracefully (FIN) after what was sent. */
  end(): void;
  /** Closes with a reset (RST). */
  reset(): void;
}

/** A TCP server that says whatever its script says: for malformed, partial and late responses. */
export interface RawOrigin {
  readonly port: number;
  readonly connections: Recorder<RawOriginConnection>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

function connectionOf(socket: Socket): RawOriginConnection {
  let received = '';
  // A peer that resets is part of the script.
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
    socket.emit('received');
  });
  return {
    socket,
    get received() {
      return received;
    },
    waitForText(text, times = 1) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const check = (): void => {
        if (received.split(text).length > times) resolve();
      };
      socket.on('received', check);
      check();
      return promise;
    },
    send(bytes) {
      socket.write(bytes, 'latin1');
    },
    end() {
      socket.end();
    },
    reset() {
      socket.resetAndDestroy();
    },
  };
}

/** Starts a raw origin; `script` runs once for each connection, with its number from 0. */
export async function startRawOrigin(
  script: (connection: RawOriginConnection, number: number) => unknown,
): Promise<RawOrigin> {
  const connections = new Recorder<RawOriginConnection>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const connection = connectionOf(socket);
    const number = connections.all.length;
    connections.add(connection);
    script(connection, number);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = async (): Promise<void> => {
    for (const { socket } of connections.all) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    close,
    [Symbol.asyncDispose]: close,
  };
}
