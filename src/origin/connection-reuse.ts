import { channel } from 'node:diagnostics_channel';

/** Learns whether its request went over a connection that had served another one. */
export interface ReuseListener {
  reusedConnection: boolean;
}

let next: ReuseListener | undefined;
const servedConnections = new WeakSet<object>();

// undici does not tell a handler which connection carries its request. Its channel does, in the same turn as the handler's
// `onRequestStart`, which is where `noteReuse` is called.
channel('undici:client:sendHeaders').subscribe((message) => {
  const { socket } = message as { readonly socket: object };
  const reused = servedConnections.has(socket);
  if (next !== undefined) next.reusedConnection = reused;
  next = undefined;
  if (!reused) servedConnections.add(socket);
});

/** Tells `listener` about the connection of the request that is being sent in this turn. */
export function noteReuse(listener: ReuseListener): void {
  next = listener;
}
