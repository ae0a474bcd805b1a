import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type AdminServer, createAdminServer } from '../../src/admin/admin-server.ts';
import type { AdminBackend, PurgeCommand, Readiness } from '../../src/admin/backend.ts';
import { SILENT_LOGGER } from '../../src/telemetry/log.ts';

/** A backend that remembers what it was asked. */
export interface FakeBackend extends AdminBackend {
  readiness: Readiness;
  readonly purges: PurgeCommand[];
}

export function fakeBackend(members: Partial<AdminBackend> = {}): FakeBackend {
  const backend: FakeBackend = {
    readiness: { kind: 'ready' },
    purges: [],
    ready: () => backend.readiness,
    metrics: async () => 'isoedge_workers 1\n',
    purge: async (command) => backend.purges.push(command),
    functions: async () => [{ name: 'auth', version: 'abc123', state: 'ready' }],
    ...members,
  };
  return backend;
}

export function tokenFileWith(token: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'isoedge-admin-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const file = path.join(folder, 'token');
  writeFileSync(file, token);
  return file;
}

/** An open admin listener on loopback, closed after the test. */
export async function adminListener(
  backend: AdminBackend,
  tokenFile?: string,
): Promise<{ readonly url: string; readonly port: number; readonly server: AdminServer }> {
  const config = { host: '127.0.0.1', port: 0, ...(tokenFile ? { tokenFile } : {}) };
  const server = createAdminServer(config, backend, SILENT_LOGGER);
  const { port } = await server.listen();
  onTestFinished(async () => {
    await server.close();
  });
  return { url: `http://127.0.0.1:${port}`, port, server };
}
