import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  freePort,
  type Peer,
  type PeerContext,
  type Presence,
  type RunningPeer,
  startProgram,
  stopProgram,
  untilListening,
  versionOf,
} from './peer.ts';

const NJS_MODULE = [
  '/usr/lib/nginx/modules/ngx_http_js_module.so',
  '/usr/share/nginx/modules/ngx_http_js_module.so',
].find((file) => existsSync(file));

/** What sets the nginx sides apart. */
interface Kind {
  readonly keepsFilesOpen: boolean;
  readonly njsModule: string | undefined;
}

/** nginx as a cache with one worker process; no access log and endless keep-alive, as on all sides. */
export const nginx: Peer = {
  label: 'nginx proxy_cache',
  presence,
  start: (context) => startNginx(context, { keepsFilesOpen: false, njsModule: undefined }),
};

/** The same with `open_file_cache`, which saves opening the file of each hit: nginx at its best. */
export const nginxTuned: Peer = {
  label: 'nginx proxy_cache + open_file_cache',
  presence,
  start: (context) => startNginx(context, { keepsFilesOpen: true, njsModule: undefined }),
};

/** The same, with njs at two places: a variable that is computed for each request, and a header filter. */
export const nginxNjs: Peer = {
  label: 'nginx proxy_cache + open_file_cache + njs (two handlers)',
  presence: async () => {
    const found = await presence();
    if (found.kind === 'absent' || NJS_MODULE !== undefined) return found;
    return { kind: 'absent', reason: 'ngx_http_js_module.so is not installed' };
  },
  start: (context) => startNginx(context, { keepsFilesOpen: true, njsModule: NJS_MODULE }),
};

async function presence(): Promise<Presence> {
  const version = await versionOf('nginx', ['-v']);
  if (version === undefined) return { kind: 'absent', reason: 'no "nginx" on the PATH' };
  return { kind: 'present', version: version.replace('nginx version: ', '') };
}

async function startNginx(context: PeerContext, kind: Kind): Promise<RunningPeer> {
  const { folder } = context;
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  writeFileSync(join(folder, 'hooks.js'), NJS_TEXT);
  writeFileSync(file, configText(context, port, kind));
  const child = startProgram('nginx', ['-p', folder, '-c', file, '-e', 'stderr'], folder);
  await untilListening(child, port);
  return {
    port,
    pid: child.pid ?? 0,
    roleOf: (commandLine) => /nginx: (?<role>\w+)/.exec(commandLine)?.groups?.['role'] ?? 'nginx',
    stop: () => stopProgram(child),
  };
}

const NJS_TEXT = `
function onRequest(r) { return 'yes'; }
function onResponse(r) { r.headersOut['X-Viewer-Response'] = 'yes'; }
export default { onRequest, onResponse };
`;

/** `set` makes nginx compute the variable for hits too; as a part of the request to the origin it would count for misses only. */
const NJS_LINES = `
      set $viewer_request $from_njs;
      proxy_set_header X-Viewer-Request $viewer_request;
      js_header_filter hooks.onResponse;`;

function configText(context: PeerContext, port: number, kind: Kind): string {
  const { folder, originPort } = context;
  const { keepsFilesOpen, njsModule } = kind;
  const hasNjs = njsModule !== undefined;
  return `
${hasNjs ? `load_module ${njsModule};` : ''}
daemon off;
user root;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 4096; }
http {
  access_log off;
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 600s;
  keepalive_requests 1000000000;
  ${keepsFilesOpen ? 'open_file_cache max=10000 inactive=60s; open_file_cache_valid 60s;' : ''}
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  proxy_cache_path ${folder}/cache levels=1:2 keys_zone=edge:64m max_size=256m inactive=10m use_temp_path=off;
  ${hasNjs ? `js_path ${folder}; js_import hooks from hooks.js; js_set $from_njs hooks.onRequest;` : ''}
  upstream origin {
    server 127.0.0.1:${originPort};
    keepalive 128;
    keepalive_requests 1000000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location / {
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_cache edge;
      add_header X-Cache $upstream_cache_status;${hasNjs ? NJS_LINES : ''}
    }
  }
}
`;
}
