import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freePort,
  type Peer,
  startProgram,
  stopProgram,
  untilListening,
  versionOf,
} from './peer.ts';

/** Varnish with its defaults, the cache in memory. */
export const varnish: Peer = {
  label: 'Varnish',
  presence: async () => {
    const version = await versionOf('varnishd', ['-V']);
    if (version === undefined) return { kind: 'absent', reason: 'no "varnishd" on the PATH' };
    return { kind: 'present', version: version.replace(/ revision.*/, ')') };
  },
  start: async ({ folder, originPort }) => {
    const port = await freePort();
    const file = join(folder, 'edge.vcl');
    writeFileSync(file, vclText(originPort));
    const args = ['-F', '-j', 'none', '-n', join(folder, 'varnish'), '-f', file];
    args.push('-a', `127.0.0.1:${port}`, '-s', 'malloc,256m', '-p', 'timeout_idle=600');
    const child = startProgram('varnishd', args, folder);
    await untilListening(child, port);
    return {
      port,
      pid: child.pid ?? 0,
      roleOf: () => 'varnishd',
      stop: () => stopProgram(child),
    };
  },
};

function vclText(originPort: number): string {
  return `vcl 4.1;
backend origin { .host = "127.0.0.1"; .port = "${originPort}"; }
sub vcl_deliver { if (obj.hits > 0) { set resp.http.X-Cache = "HIT"; } else { set resp.http.X-Cache = "MISS"; } }
`;
}
