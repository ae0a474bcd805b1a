/** Marks a branch that the type checker proves unreachable: a new variant breaks the build here, not in production. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected variant: ${JSON.stringify(value)}`);
}

/** Checks what only a fault in our own code can break. Never used on input. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${message}`);
}
