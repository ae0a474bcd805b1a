import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { folderOf, runCommand, startCommand } from './run-cli.ts';

const TAG = `exports.handler = async (event) => {
  const { response } = event.Records[0].cf;
  response.headers['x-tag'] = [{ value: process.env.TAG }];
  return response;
};`;

/** An origin whose answers are not stored, so that every request runs the hook. */
async function startOrigin(): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('Cache-Control', 'no-store');
    response.end('content');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function configWith(originUrl: string, tag: string, more: object = {}): object {
  return {
    listeners: [{ port: 0 }],
    admin: { port: 0 },
    origins: { app: { url: originUrl } },
    // The machine that runs the tests may be busy; the limits are tested elsewhere.
    functions: {
      tag: { code: './tag.js', handler: 'tag.handler', environment: { TAG: tag }, cpuMs: 5000 },
    },
    behaviors: [{ path: '*', origin: 'app', hooks: { 'viewer-response': 'tag' } }],
    ...more,
  };
}

async function serve(config: object, files: Readonly<Record<string, string>> = {}) {
  const folder = folderOf({ 'config.json': config, 'tag.js': TAG, ...files });
  const file = path.join(folder, 'config.json');
  const command = startCommand(['serve', '--config', file]);
  const [, viewerUrl = '', adminUrl = ''] = await command.until(
    /"viewer":\["(http[^"]+)"\],"admin":"(http[^"]+)","msg":"Serving"/,
  );
  return { command, file, viewerUrl, adminUrl };
}

describe('isoedge serve', () => {
  test('serves, and ends with 0 after SIGTERM', async () => {
    const { command, viewerUrl } = await serve(configWith(await startOrigin(), 'one'));
    const response = await fetch(viewerUrl);
    expect(response.headers.get('x-tag')).toBe('one');
    expect(await response.text()).toBe('content');
    command.process.kill('SIGTERM');
    expect(await command.ended).toMatchObject({ code: 0, stdout: '' });
  });

  test('a function that cannot be loaded is logged, and everything else serves', async () => {
    const functions = {
      tag: { code: './tag.js', handler: 'tag.handler', environment: { TAG: 'one' }, cpuMs: 5000 },
      broken: { code: './broken.js', handler: 'broken.handler' },
      throws: { code: './throws.js', handler: 'throws.handler' },
    };
    const behaviors = [
      { path: '/broken', origin: 'app', hooks: { 'viewer-request': 'broken' } },
      { path: '*', origin: 'app', hooks: { 'viewer-response': 'tag' } },
    ];
    const config = configWith(await startOrigin(), 'one', { functions, behaviors });
    const { command, viewerUrl, adminUrl } = await serve(config, {
      'broken.js': 'exports.handler = (((',
      'throws.js': "\nthrow new Error('boom');",
    });
    await command.until(/"code":"EDGE_FUNCTION_SYNTAX".*broken\.js:1:/);
    await command.until(/"code":"EDGE_FUNCTION_INIT".*boom.*throws\.js:2:/);
    expect((await fetch(`${adminUrl}/readyz`)).status).toBe(200);
    expect((await fetch(`${viewerUrl}/broken`)).status).toBe(503);
    expect((await fetch(`${viewerUrl}/page`)).headers.get('x-tag')).toBe('one');
    const { functions: states } = (await (await fetch(`${adminUrl}/functions`)).json()) as {
      functions: { name: string; state: string }[];
    };
    const stateOf = Object.fromEntries(states.map(({ name, state }) => [name, state]));
    expect(stateOf).toEqual({ tag: 'ready', broken: 'failed', throws: 'failed' });
  });

  test('SIGHUP changes the configuration under load and no request fails', async () => {
    const originUrl = await startOrigin();
    const { command, file, viewerUrl } = await serve(configWith(originUrl, 'one'));
    const statuses = new Set<number>();
    let isReloaded = false;
    const viewer = async (): Promise<string | null> => {
      for (;;) {
        const isLast = isReloaded;
        const response = await fetch(viewerUrl);
        await response.text();
        statuses.add(response.status);
        if (isLast) return response.headers.get('x-tag');
      }
    };
    const viewers = [viewer(), viewer(), viewer()];
    writeFileSync(file, JSON.stringify(configWith(originUrl, 'two')));
    command.process.kill('SIGHUP');
    await command.until(/Configuration reloaded/);
    isReloaded = true;
    expect(await Promise.all(viewers)).toEqual(['two', 'two', 'two']);
    expect([...statuses]).toEqual([200]);
  });

  test('SIGHUP with a file that has problems logs them and keeps what was there', async () => {
    const originUrl = await startOrigin();
    const { command, file, viewerUrl } = await serve(configWith(originUrl, 'one'));
    writeFileSync(file, JSON.stringify(configWith(originUrl, 'two', { workers: 0 })));
    command.process.kill('SIGHUP');
    await command.until(/"code":"EDGE_CONFIG_INVALID","msg":"workers: found 0/);
    await command.until(/Configuration not reloaded/);
    expect((await fetch(viewerUrl)).headers.get('x-tag')).toBe('one');
  });

  test('a port that is taken is one line and exit code 1', async () => {
    const originUrl = await startOrigin();
    const { port } = new URL(originUrl);
    const config = configWith(originUrl, 'one', { listeners: [{ port: Number(port) }] });
    const folder = folderOf({ 'config.json': config, 'tag.js': TAG });
    const result = await runCommand(['serve', '--config', path.join(folder, 'config.json')]);
    expect(result.stderr).toBe(
      `isoedge: Cannot listen on 127.0.0.1:${port}: address already in use\n`,
    );
    expect(result.code).toBe(1);
  });

  test('a configuration with problems is not served, exit code 2', async () => {
    const config = configWith('http://127.0.0.1:1', 'one', { compat: 'varnish' });
    const folder = folderOf({ 'config.json': config, 'tag.js': TAG });
    const result = await runCommand(['serve', '--config', path.join(folder, 'config.json')]);
    expect(result.stderr).toMatch(/has 1 problem\n {2}compat: found "varnish"/);
    expect(result.code).toBe(2);
  });

  test('a second SIGINT does not wait for open requests', async () => {
    const server = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const originUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { command, viewerUrl, adminUrl } = await serve(configWith(originUrl, 'one'));
    const reached = once(server, 'request');
    const request = fetch(viewerUrl).catch(() => 'ended');
    await reached;
    command.process.kill('SIGINT');
    // Half a second long it counts as the same Ctrl-C.
    while (command.process.exitCode === null) {
      await fetch(`${adminUrl}/readyz`).catch(() => undefined);
      command.process.kill('SIGINT');
    }
    expect((await command.ended).code).toBe(130);
    expect(await request).toBe('ended');
  });
});

describe('isoedge demo', () => {
  test('shows a cache and the four hook points, with three lines to try', async () => {
    const args = ['demo', '--port', '0', '--admin-port', '0', '--origin-port', '0'];
    const command = startCommand(args);
    const [, edge = ''] = await command.until(/^isoedge +(http\S+)$/m);
    await command.until(/get in\n/);
    const miss = await fetch(`${edge}/pages/1?utm_source=a`);
    const hit = await fetch(`${edge}/pages/1?utm_source=b`);
    expect(miss.headers.get('x-cache')).toBe('Miss from isoedge');
    expect(hit.headers.get('x-cache')).toBe('Hit from isoedge');
    expect(hit.headers.get('age')).toMatch(/^\d+$/);
    expect(hit.headers.get('cache-status')).toMatch(/^isoedge; hit/);
    expect(hit.headers.get('x-tagged-by')).toBe(miss.headers.get('x-tagged-by'));
    expect(hit.headers.get('x-frame-options')).toBe('DENY');
    const echo = (await (await fetch(`${edge}/echo?b=2&a=1`)).json()) as { url: string };
    expect(echo).toMatchObject({ url: '/echo?a=1&b=2' });
    expect(JSON.stringify(echo)).toContain('X-Request-Id');
    expect((await fetch(`${edge}/api/time`)).status).toBe(401);
    // As it comes through npm: from the terminal, and passed on.
    command.process.kill('SIGINT');
    command.process.kill('SIGINT');
    const { code, stdout } = await command.ended;
    expect(code).toBe(0);
    expect(stdout.match(/^ {2}curl /gm)).toHaveLength(3);
  });
});
