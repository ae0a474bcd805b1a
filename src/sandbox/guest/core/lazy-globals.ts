/** Globals by name, each with what makes it at its first use. */
export const lazyGlobals: Readonly<Record<string, () => unknown>> = {};
