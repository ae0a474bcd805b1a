/** Anything that can be called with Reflect.apply. */
export type Method<Result = unknown> = (this: unknown, ...args: never[]) => Result;

/**
 * Takes a method out of its prototype, to be called with Reflect.apply later: programs may replace
 * it there, and what the guest does must not depend on that.
 */
export function methodOf(owner: object, name: PropertyKey): Method<never> {
  return Reflect.get(owner, name) as Method<never>;
}

/** Calls a method that `methodOf` took. */
export function call<Result>(method: Method<Result>, self: unknown, ...args: unknown[]): Result {
  return Reflect.apply<unknown, never[], Result>(method, self, args as never[]);
}

/** `value` as text, the way Web IDL converts an argument: what has no text form throws. */
export function textOf(value: unknown): string {
  return String(value);
}
