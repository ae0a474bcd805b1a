/**
 * A failed host operation as the guest gets it: isolated-vm drops the members of a thrown error.
 */
export interface HostFailure {
  readonly hostError: true;
  readonly name: string;
  readonly message: string;
  readonly [extra: string]: unknown;
}

/** Members of Node's errors that programs read. */
const EXTRAS = [
  'code',
  'errno',
  'opensslErrorStack',
  'library',
  'function',
  'reason',
  'input',
  'base',
];

/** Describes what an operation threw, without its stack: that is the host's. */
export function failureOf(thrown: unknown): HostFailure {
  if (!(thrown instanceof Error))
    return { hostError: true, name: 'Error', message: String(thrown) };
  const failure: Record<string, unknown> = {};
  for (const name of EXTRAS) {
    const value = (thrown as unknown as Record<string, unknown>)[name];
    if (typeof value === 'string' || typeof value === 'number') failure[name] = value;
  }
  return { ...failure, hostError: true, name: thrown.name, message: thrown.message };
}
