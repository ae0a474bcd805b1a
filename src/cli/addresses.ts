import type { AddressInfo } from 'node:net';

/** `http://127.0.0.1:8080`; an address that stands for every interface is given as the loopback one, which can be opened. */
export function urlOf({ address, port }: Pick<AddressInfo, 'address' | 'port'>): string {
  const reachable = address === '0.0.0.0' ? '127.0.0.1' : address === '::' ? '::1' : address;
  const host = reachable.includes(':') ? `[${reachable}]` : reachable;
  return `http://${host}:${port}`;
}
