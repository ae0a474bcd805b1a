import type { HookPointName } from '../config/config.ts';

/** The four hook points, in the order of a request. The one list; names are CloudFront's event types. */
export const HOOK_POINTS = [
  'viewer-request',
  'origin-request',
  'origin-response',
  'viewer-response',
] as const satisfies readonly HookPointName[];

export type HookPoint = (typeof HOOK_POINTS)[number];
