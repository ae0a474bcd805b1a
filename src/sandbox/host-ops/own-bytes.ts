/**
 * A copy with memory of its own. isolated-vm copies a view together with its whole buffer, and
 * small Buffers of Node are views on a shared pool: without this a function would receive what
 * other functions left in the pool.
 */
export function ownBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/** Reads an argument that must be bytes. */
export function bytesArgument(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new TypeError('Cannot run the operation: an argument is not a Uint8Array');
}

/** Reads an argument that must be a string. */
export function textArgument(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError('Cannot run the operation: an argument is not a string');
}

/** Reads an argument that must be a number. */
export function numberArgument(value: unknown): number {
  if (typeof value === 'number') return value;
  throw new TypeError('Cannot run the operation: an argument is not a number');
}

/** Reads an optional record of plain values. */
export function recordArgument(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** One operation: its arguments are what user code gave, so it checks them. */
export type Operation = (args: readonly unknown[]) => unknown;
export type OperationTable = Readonly<Record<string, Operation>>;
