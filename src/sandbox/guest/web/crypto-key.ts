import type { KeyObject } from '../node/crypto-keys.ts';
export function keyObjectOf(key: unknown): KeyObject { return key as KeyObject; }
export function cryptoKeyOf(key: unknown, _args: unknown[]): unknown { return key; }
