/**
 * The audited set of host calls behind the guest's Node modules: crypto, zlib and the like, computed by Node itself in the
 * host process while the guest waits. They run inside the stretch of the call, so its CPU limit pays for them.
 */
export interface HostOperations {
  /** Runs the operation of this name. Throws an Error for an unknown name; the guest sees it as an Error of its own. */
  run(name: string, args: readonly unknown[]): unknown;
}

export function createHostOperations(): HostOperations {
  return {
    run(name) {
      throw new Error(`Unknown host operation "${name}"`);
    },
  };
}
