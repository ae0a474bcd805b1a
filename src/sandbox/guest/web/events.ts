export function listenersOfTarget(_t: unknown, _n: string): unknown[] { return []; }
export const AbortController = undefined as never;
