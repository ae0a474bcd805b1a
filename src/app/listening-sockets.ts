import { lookup } from 'node:dns/promises';
import net, { type AddressInfo } from 'node:net';
import { getSystemErrorMap } from 'node:util';
import { EdgeError } from '../base/edge-error.ts';
import type { ListenerConfig } from '../config/config.ts';

/** A socket that is bound and that this process does not accept from: workers get `fd` and listen on it. */
export interface ListeningSocket {
  readonly fd: number;
  readonly address: AddressInfo;
  close(): void;
}

/** What `net` makes sockets of. Not in the types of Node, but the same on every version since 0.x. */
interface TcpHandle {
  readonly fd: number;
  getsockname(address: Partial<AddressInfo>): number;
  close(): void;
}

type CreateServerHandle = (
  ...place: [address: string, port: number, addressType: 4 | 6, fd: undefined, flags: number]
) => TcpHandle | number;

// Node has no public way to bind without accepting; `net.BoundSocket` has come with Node 26 and we support 24.
const { _createServerHandle: createServerHandle } = net as unknown as {
  readonly _createServerHandle: CreateServerHandle;
};

/** `UV_TCP_REUSEPORT` of libuv. */
const REUSE_PORT = 2;
const NO_FLAGS = 0;

/**
 * The listening sockets of the supervisor. It binds them and keeps them open, so that they outlive every worker: while a
 * crashed worker is being replaced, new connections wait in the kernel instead of being refused. Each slot, which is the
 * place of one worker, has its own socket per listener and the kernel spreads connections among them (SO_REUSEPORT);
 * where the system cannot do that, all slots share one.
 */
export class ListeningSockets {
  readonly #listeners: readonly ListenerConfig[];
  readonly #slots = new Map<number, ListeningSocket[]>();
  #addresses: readonly AddressInfo[] = [];

  constructor(listeners: readonly ListenerConfig[]) {
    this.#listeners = listeners;
  }

  /** One per listener, in the order of the configuration. Known once slot 0 is open. */
  get addresses(): readonly AddressInfo[] {
    return this.#addresses;
  }

  /** The file descriptors of a slot, one per listener; binds them if it is new. Rejects with EDGE_APP_LISTEN. */
  async fdsOf(slot: number): Promise<readonly number[]> {
    const open = this.#slots.get(slot);
    if (open !== undefined) return open.map((socket) => socket.fd);
    const sockets: ListeningSocket[] = [];
    this.#slots.set(slot, sockets);
    for (const [index, listener] of this.#listeners.entries()) {
      sockets.push(await this.#bind(slot, index, listener));
    }
    if (slot === 0) this.#addresses = sockets.map((socket) => socket.address);
    return sockets.map((socket) => socket.fd);
  }

  /** Closes the sockets of a slot whose worker is not replaced. */
  closeSlot(slot: number): void {
    for (const socket of this.#slots.get(slot) ?? []) socket.close();
    this.#slots.delete(slot);
  }

  /** From now on the workers alone hold the sockets: a port is free when they have closed it. */
  close(): void {
    for (const slot of this.#slots.keys()) this.closeSlot(slot);
  }

  async #bind(slot: number, index: number, listener: ListenerConfig): Promise<ListeningSocket> {
    const first = this.#slots.get(0)?.[index];
    if (slot === 0 || first === undefined) {
      const address = await resolved(listener);
      // SO_REUSEPORT would let a second isoedge take the port in silence, so we look first whether it is free.
      const probe = bound(listener, address, NO_FLAGS);
      const port = probe.address.port;
      probe.close();
      return bindShared(listener, { ...address, port }) ?? bound(listener, address, NO_FLAGS);
    }
    return bindShared(listener, first.address) ?? first;
  }
}

type Place = Pick<AddressInfo, 'address' | 'family' | 'port'>;

async function resolved({ host, port }: ListenerConfig): Promise<Place> {
  try {
    const { address, family } = await lookup(host);
    return { address, family: family === 6 ? 'IPv6' : 'IPv4', port };
  } catch (cause) {
    const message = `Cannot listen on ${hostAndPort(host, port)}: host name does not resolve`;
    throw new EdgeError('EDGE_APP_LISTEN', message, { cause, facts: { host, port } });
  }
}

/** `undefined` where the system knows no SO_REUSEPORT. */
function bindShared(listener: ListenerConfig, place: Place): ListeningSocket | undefined {
  try {
    return bound(listener, place, REUSE_PORT);
  } catch (error) {
    const { code } = (error as Error).cause as NodeJS.ErrnoException;
    if (code === 'ENOTSUP' || code === 'EINVAL') return undefined;
    throw error;
  }
}

function bound(listener: ListenerConfig, place: Place, flags: number): ListeningSocket {
  const addressType = place.family === 'IPv6' ? 6 : 4;
  const handle = createServerHandle(place.address, place.port, addressType, undefined, flags);
  if (typeof handle === 'number') throw listenError(listener, handle);
  const address: Partial<AddressInfo> = {};
  // libuv keeps EADDRINUSE back until the socket is used.
  const failed = handle.getsockname(address);
  if (failed !== 0) {
    handle.close();
    throw listenError(listener, failed);
  }
  return { fd: handle.fd, address: address as AddressInfo, close: () => handle.close() };
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use',
  EACCES: 'permission denied, ports below 1024 need privileges',
  EADDRNOTAVAIL: 'this machine has no such address',
};

function listenError({ host, port }: ListenerConfig, errno: number): EdgeError {
  const [code = String(errno), text = 'unknown error'] = getSystemErrorMap().get(errno) ?? [];
  const message = `Cannot listen on ${hostAndPort(host, port)}: ${REASONS[code] ?? text}`;
  const cause = Object.assign(new Error(`bind ${code}`), { code, errno });
  return new EdgeError('EDGE_APP_LISTEN', message, { cause, facts: { host, port } });
}

/** `127.0.0.1:8080`, `[::1]:8080`. */
export function hostAndPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
