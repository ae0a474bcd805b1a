/**
 * The current frame of AsyncLocalStorage: an immutable map from storage to value. Timers, ticks,
 * microtasks and patched promise reactions save it when they are scheduled and restore it when they
 * run. Until a storage is first used it stays `undefined`.
 */
export type AsyncFrame = ReadonlyMap<object, unknown> | undefined;

let current: AsyncFrame;

export function currentFrame(): AsyncFrame {
  return current;
}

/** Makes `frame` current and returns the one it replaces. */
export function swapFrame(frame: AsyncFrame): AsyncFrame {
  const previous = current;
  current = frame;
  return previous;
}
