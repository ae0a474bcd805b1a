/** Anything that can be called with Reflect.apply. */
export type Method = (this: unknown, ...args: never[]) => unknown;

/**
 * Takes a method out of its prototype, to be called with Reflect.apply later: programs may replace it there, and what the
 * guest does must not depend on that.
 */
export function methodOf(owner: object, name: PropertyKey): Method {
  return Reflect.get(owner, name) as Method;
}

/** Calls a method that `methodOf` took. */
export function call<T>(method: Method, self: unknown, ...args: unknown[]): T {
  return Reflect.apply(method, self, args as never[]) as T;
}

/** `value` as text, the way Web IDL converts an argument: what has no text form throws. */
export function textOf(value: unknown): string {
  return String(value);
}
