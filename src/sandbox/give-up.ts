/** The user id and group id that every Unix system has for processes that may do nothing. */
const NOBODY = 65_534;

/**
 * Gives up for good what only the start of the host needed: loading native code, reading files, and
 * root. What takes over this process afterwards finds a file system without files, and, where the
 * edge worker runs as root, may not signal it. Call it before any user code arrives, when
 * everything is imported.
 */
export function giveUpRights(): void {
  // Node 24 cannot drop permissions: there the flags of `host/seal.ts` hold alone.
  const { permission } = process as { readonly permission?: Partial<NodeJS.ProcessPermission> };
  permission?.drop?.('addon');
  permission?.drop?.('fs.read');
  if (process.getuid?.() === 0) becomeNobody();
}

function becomeNobody(): void {
  try {
    process.setgroups?.([]);
    process.setgid?.(NOBODY);
    process.setuid?.(NOBODY);
  } catch {
    // EINVAL: a user namespace that has no such user. The permission model still holds.
  }
}
