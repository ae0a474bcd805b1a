/** What is measured: one row per story. Every side of a story is loaded in the same run, in turns. */

import type { PeerName } from './peers/peer.ts';

/** How a story sends its requests. */
export type Load =
  /** As fast as replies come: each connection sends its next request when it has the reply to the last. */
  | { readonly kind: 'closed'; readonly connections: number }
  /** So many a second, whatever happens: latency counts from the moment a request was due (no coordinated omission). */
  | { readonly kind: 'fixed-rate'; readonly connections: number; readonly perSecond: number };

/** One row of the table. */
export interface Story {
  readonly name: string;
  /** One sentence for the report. */
  readonly does: string;
  /** Path of the requests. `*` stands for a number that never comes twice, so that the cache cannot answer. */
  readonly path: string;
  readonly load: Load;
  /** Sides beside isoedge. */
  readonly peers: readonly PeerName[];
  /** Also part of `--quick`. */
  readonly quick?: true;
}

/** Content of `/…` is this long, but for `/big`. */
export const SMALL_BYTES = 1024;
export const BIG_BYTES = 2 ** 20;

const CACHES: readonly PeerName[] = ['nginx', 'nginx-tuned', 'varnish'];

export const STORIES: readonly Story[] = [
  {
    name: 'hit',
    does: 'Cached response of 1 KB, no hooks',
    path: '/hit',
    load: { kind: 'closed', connections: 64 },
    peers: CACHES,
    quick: true,
  },
  {
    name: 'hit-two-hooks',
    does: 'The same with a viewer-request and a viewer-response hook that add a header each',
    path: '/two-hooks/hit',
    load: { kind: 'closed', connections: 64 },
    peers: ['nginx-njs', 'workerd'],
    quick: true,
  },
  {
    name: 'miss',
    does: 'Response of 1 KB that is fetched from the origin and stored, no hooks',
    path: '/miss/*',
    load: { kind: 'closed', connections: 64 },
    peers: ['nginx', 'varnish', 'http-proxy'],
  },
  {
    name: 'miss-four-hooks',
    does: 'The same with a hook at all four points',
    path: '/four-hooks/*',
    load: { kind: 'closed', connections: 64 },
    peers: [],
  },
  {
    name: 'hit-1mb',
    does: 'Cached response of 1 MB, no hooks',
    path: '/big',
    load: { kind: 'closed', connections: 16 },
    peers: CACHES,
  },
  {
    name: 'hit-512',
    does: 'Cached response of 1 KB over 512 connections, no hooks',
    path: '/hit',
    load: { kind: 'closed', connections: 512 },
    peers: CACHES,
  },
  {
    name: 'latency-hit',
    does: 'Cached response of 1 KB, 1,000 requests a second',
    path: '/hit',
    load: { kind: 'fixed-rate', connections: 64, perSecond: 1000 },
    peers: CACHES,
  },
  {
    name: 'latency-two-hooks',
    does: 'Cached response of 1 KB with two hooks, 1,000 requests a second',
    path: '/two-hooks/hit',
    load: { kind: 'fixed-rate', connections: 64, perSecond: 1000 },
    peers: ['nginx-njs', 'workerd'],
  },
];
