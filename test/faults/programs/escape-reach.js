// Asks for everything that a process of Node would give, and reports what came.
function attempt(reach) {
  try {
    const got = reach();
    return got === undefined ? 'nothing' : `GOT ${String(got).slice(0, 60)}`;
  } catch (error) {
    return `refused: ${String(error.code ?? error.name)}`;
  }
}
async function attemptLater(reach) {
  try {
    const got = await reach();
    return got === undefined ? 'nothing' : `GOT ${String(got).slice(0, 60)}`;
  } catch (error) {
    return `refused: ${String(error.code ?? error.cause?.code ?? error.name)}`;
  }
}
const SECRETS = [
  '/etc/passwd',
  '/proc/self/environ',
  '/proc/self/cmdline',
  '/proc/1/status',
  '/dev/shm',
  '/',
];
exports.handler = async (event) => {
  const port = Number(event.Records[0].cf.request.querystring);
  const evil = new Function('return this')();
  const report = {
    binding: attempt(() => process.binding?.('fs')),
    linkedBinding: attempt(() => process._linkedBinding?.('fs')),
    dlopen: attempt(() => process.dlopen?.({ exports: {} }, '/lib/x86_64-linux-gnu/libc.so.6')),
    mainModule: attempt(() => process.mainModule?.require('child_process').execSync('id')),
    builtinModule: attempt(() => process.getBuiltinModule?.('child_process')?.execSync('id')),
    childProcess: attempt(() => require('child_process').execSync('id')),
    spawn: attempt(() => require('child_process').spawnSync('id').stdout),
    cluster: attempt(() => require('cluster').fork()),
    worker: attempt(() => new (require('worker_threads').Worker)('1', { eval: true })),
    inspector: attempt(() => require('inspector').open(0)),
    vm: attempt(() => require('vm').runInThisContext('process').binding?.('fs')),
    module: attempt(() => require('module').createRequire('/etc/')('child_process').execSync('id')),
    isolatedVm: attempt(() => require('isolated-vm')),
    kill: attempt(() => process.kill(process.ppid, 0)),
    net: attempt(() => require('net').connect(port, '127.0.0.1')),
    listen: attempt(() => require('net').createServer().listen(0)),
    udp: attempt(() => require('dgram').createSocket('udp4').bind(0)),
    constructed: attempt(() =>
      evil.process === process && evil === globalThis ? undefined : 'another realm',
    ),
    asyncConstructed: await attemptLater(() =>
      (async () => {})
        .constructor('return this')()
        .then((it) => (it === globalThis ? undefined : 'another realm')),
    ),
    import: await attemptLater(() => new Function('return import("node:fs")')()),
    http: await attemptLater(
      () =>
        new Promise((resolve, reject) => {
          require('http').get({ host: '127.0.0.1', port }, resolve).on('error', reject);
        }),
    ),
    fetch: await attemptLater(() => fetch(`http://127.0.0.1:${port}/`)),
    dns: await attemptLater(() => require('dns/promises').lookup('localhost')),
    environment: attempt(() => {
      const known = /^(AWS_|_?HANDLER|LAMBDA_|LANG|LD_LIBRARY_PATH|NODE_|PATH|PWD|SHLVL|TZ|_)/;
      return Object.keys(process.env).find((name) => !known.test(name));
    }),
    memory: attempt(() => {
      const bytes = Buffer.allocUnsafe(8192);
      return bytes.every((byte) => byte === 0) ? undefined : 'memory of others';
    }),
  };
  for (const path of SECRETS) {
    report[`read ${path}`] = attempt(() => require('fs').readFileSync(path, 'utf8'));
    report[`list ${path}`] = attempt(() =>
      require('fs')
        .readdirSync(path)
        .find((name) => !/^(tmp|var|opt|proc|dev)$/.test(name)),
    );
  }
  return { status: '200', body: JSON.stringify(report) };
};
