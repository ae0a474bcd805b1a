import { process } from './process.ts';
import { errnoConstants } from './system-errors.ts';

const KERNEL = '5.10.245-267.961.amzn2.x86_64';
const totalBytes = (): number => (process['availableMemory'] as () => number)();

/** What Lambda's machine would say; nothing of the machine that isoedge runs on is told. */
export const os = {
  EOL: '\n',
  devNull: '/dev/null',
  arch: () => 'x64',
  availableParallelism: () => 2,
  constants: {
    errno: errnoConstants,
    signals: { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 },
    priority: { PRIORITY_NORMAL: 0 },
    UV_UDP_REUSEADDR: 4,
  },
  cpus: () =>
    Array.from({ length: 2 }, () => ({
      model: 'virtual',
      speed: 2500,
      times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 },
    })),
  endianness: () => 'LE',
  freemem: () => totalBytes() / 2,
  getPriority: () => 0,
  homedir: () => process.env['HOME'] ?? '/home/sbx_user1051',
  hostname: () => '169.254.100.1',
  loadavg: () => [0, 0, 0],
  machine: () => 'x86_64',
  networkInterfaces: () => ({}),
  platform: () => 'linux',
  release: () => KERNEL,
  setPriority: () => undefined,
  tmpdir: () => '/tmp',
  totalmem: totalBytes,
  type: () => 'Linux',
  uptime: () => (process['uptime'] as () => number)(),
  userInfo: () => ({
    uid: 993,
    gid: 990,
    username: 'sbx_user1051',
    homedir: '/home/sbx_user1051',
    shell: '/sbin/nologin',
  }),
  version: () => '#1 SMP',
};
