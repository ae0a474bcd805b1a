export const posix: { resolve(a: string, b: string): string } = undefined as never; export const Writable: unknown = 0; export const Readable = { from(_x: unknown): unknown { return _x; } };
