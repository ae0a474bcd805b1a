import type { Case } from './case.ts';

export const webCases: readonly Case[] = [
  [
    'Headers',
    "const h = new Headers({ 'Content-Type': 'a', x: '1' }); h.append('X', '2'); h.append('set-cookie', 'a=1'); h.append('Set-Cookie', 'b=2'); h.set('y', ' z '); h.delete('none'); return [[...h], h.get('x'), h.get('nope'), h.has('Y'), h.getSetCookie(), [...new Headers([['b', '1'], ['a', '2']]).keys()], new Headers(h).get('x'), new Headers([['cookie', 'a=1'], ['Cookie', 'b=2']]).get('cookie')]",
  ],
  [
    'Headers refuse',
    "for (const f of [() => new Headers({ 'a b': '1' }), () => new Headers({ a: 'x\\ny' }), () => new Headers([['a']])]) { try { f(); out('ok') } catch (e) { out(e.name) } }",
  ],
  [
    'Response',
    "const r = new Response('h\u00e9llo', { status: 201, statusText: 'S', headers: { a: 'b' } }); const c = r.clone(); return [r.status, r.ok, r.statusText, r.headers.get('content-type'), await r.text(), r.bodyUsed, Buffer.from(await c.arrayBuffer()), await Response.json({ a: 1 }).json(), Response.json({}).headers.get('content-type'), Response.redirect('http://a.b/', 301).headers.get('location'), Response.error().type, new Response(null).body]",
  ],
  [
    'Response bodies',
    "return [await new Response(new URLSearchParams('a=1')).text(), new Response(new URLSearchParams('a=1')).headers.get('content-type'), await new Response(new Blob(['x', Buffer.from('y')])).text(), await new Response(new Uint8Array([65])).text(), await new Response(new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('s')); c.close() } })).text(), await new Response('{').json().catch((e) => e.name), await (async () => { const r = new Response('x'); await r.text(); return r.text().catch((e) => e.name) })()]",
  ],
  [
    'Request',
    "const r = new Request('http://a.b/c', { method: 'post', body: 'x', headers: { q: '1' } }); const s = new Request(r, { headers: { z: '2' } }); return [r.method, r.url, r.headers.get('q'), await s.text(), [...s.headers.keys()].includes('z'), new Request('http://x').method, r.signal.aborted, r.redirect]",
  ],
  [
    'Request refuses',
    "for (const f of [() => new Request('nope'), () => new Request('http://a', { body: 'x' }), () => new Request('http://a', { method: 'a b' })]) { try { f(); out('ok') } catch (e) { out(e.name) } }",
  ],
  [
    'Blob and File',
    "const b = new Blob(['ab', new Uint8Array([99]), new Blob(['d'])], { type: 'Text/Plain' }); const f = new File(['x'], 'n.txt', { type: 'a/b', lastModified: 5 }); return [b.size, b.type, await b.text(), await b.slice(1, 3).text(), Buffer.from(await b.arrayBuffer()), f.name, f.size, f.type, f.lastModified, f instanceof Blob]",
  ],
  [
    'FormData',
    "const f = new FormData(); f.append('a', '1'); f.append('a', '2'); f.set('b', new Blob(['x'], { type: 't/p' }), 'n'); return [f.get('a'), f.getAll('a'), f.has('b'), f.get('b').name, [...f.keys()], (f.delete('a'), f.has('a'))]",
  ],
  [
    'FormData body',
    "const f = new FormData(); f.append('a', '1'); f.append('f', new File(['x'], 'n.txt', { type: 't/p' })); const r = new Response(f); const type = r.headers.get('content-type'); const b = type.split('boundary=')[1]; const text = (await r.text()).replaceAll(b, 'B'); const back = await new Response('a=1&b=%20', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }).formData(); const g = new FormData(); g.append('k', 'v'); const round = await new Response(g).formData(); return [type.split(';')[0], text, [...back], [...round]]",
  ],
  [
    'http tables',
    "const http = require('http'); return [http.STATUS_CODES[404], http.STATUS_CODES[418], http.METHODS.includes('PATCH'), Object.keys(http.STATUS_CODES).length > 50, typeof http.globalAgent.maxSockets, typeof http.Agent, typeof require('https').Agent, http.maxHeaderSize]",
  ],
  [
    'net.isIP',
    "const n = require('net'); return ['1.2.3.4', '256.1.1.1', '::1', '::ffff:1.2.3.4', 'fe80::1%eth0', '1.2.3', '', 'abc', '1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8:9', '::', ':::'].map((t) => n.isIP(t))",
  ],
  [
    'fs of /tmp',
    "const fs = require('fs'); const d = fs.mkdtempSync('/tmp/t-'); fs.writeFileSync(d + '/a.txt', 'h\u00e9'); fs.appendFileSync(d + '/a.txt', '!'); fs.mkdirSync(d + '/x/y', { recursive: true }); fs.copyFileSync(d + '/a.txt', d + '/x/b'); const r = [fs.readFileSync(d + '/a.txt', 'utf8'), fs.readFileSync(d + '/a.txt'), fs.existsSync(d + '/no'), fs.readdirSync(d), fs.statSync(d + '/a.txt').size, fs.statSync(d).isDirectory(), fs.readdirSync(d, { withFileTypes: true }).map((e) => [e.name, e.isFile(), e.isDirectory()]), await fs.promises.readFile(d + '/x/b', 'utf8'), await new Promise((f) => fs.readFile(d + '/a.txt', { encoding: 'base64' }, (e, t) => f(t)))]; fs.renameSync(d + '/a.txt', d + '/c'); fs.unlinkSync(d + '/c'); fs.rmSync(d, { recursive: true }); return [...r, fs.existsSync(d)]",
  ],
  [
    'fs errors',
    "const fs = require('fs'); const show = (e) => out(e.name, e.code, e.errno, e.syscall, e.path, e.message); for (const f of [() => fs.readFileSync('/nope/x'), () => fs.readdirSync('/nope'), () => fs.statSync('/nope'), () => fs.readFileSync('/tmp'), () => fs.unlinkSync('/tmp/none'), () => fs.accessSync('/nope')]) { try { f() } catch (e) { show(e) } } await fs.promises.readFile('/nope/y').catch(show); await new Promise((r) => fs.stat('/nope', (e) => { show(e); r() })); out(fs.statSync('/nope', { throwIfNoEntry: false })); try { fs.readFileSync() } catch (e) { out(e.code) }",
  ],
  [
    'fs streams and descriptors',
    "const fs = require('fs'); const f = '/tmp/s' + Math.random(); const w = fs.createWriteStream(f); w.write('ab'); w.end('cd'); await new Promise((r) => w.on('close', r)); const got = []; for await (const c of fs.createReadStream(f, { encoding: 'utf8', start: 1, end: 2 })) got.push(c); const fd = fs.openSync(f, 'r'); const b = Buffer.alloc(3); const n = fs.readSync(fd, b, 0, 3, 0); const size = fs.fstatSync(fd).size; fs.closeSync(fd); fs.unlinkSync(f); const bad = fs.createReadStream('/nope'); const code = await new Promise((r) => bad.on('error', (e) => r(e.code))); return [got, n, b, size, code]",
  ],
  [
    'vm',
    "const vm = require('vm'); globalThis.vmx = 3; return [vm.runInThisContext('vmx + 1'), new vm.Script('1 + 1').runInThisContext(), vm.runInNewContext('a + 1', { a: 2 }), vm.isContext(vm.createContext({}))]",
  ],
  [
    'eval, Function, WebAssembly, Intl',
    "return [eval('1 + 1'), new Function('a', 'return a * 2')(4), typeof WebAssembly.compile, new Intl.NumberFormat('de-DE').format(1234.5), new Date(0).toLocaleDateString('en-US', { timeZone: 'UTC' }), 'x'.localeCompare('y')]",
  ],
  [
    'module',
    "const m = require('module'); const r = m.createRequire('/var/task/x.js'); return [r('path').sep, m.builtinModules.includes('fs'), m.isBuiltin('node:fs'), m.isBuiltin('nope'), typeof require.resolve]",
  ],
  [
    'require of nothing',
    "try { require('nope') } catch (e) { out(e.name, e.code, e.message.split('\\n')[0]) } try { require('') } catch (e) { out(e.code) } try { require(5) } catch (e) { out(e.code) }",
  ],
  [
    'global identity',
    "return [globalThis === global, typeof __dirname, Object.prototype.toString.call(globalThis), typeof globalThis.setTimeout, 'Buffer' in globalThis, delete globalThis.nothing, [DOMException, URL, URLSearchParams, TextEncoder, AbortController, Headers, Response, Blob].map((c) => c.name), String(new Headers()), String(new AbortController().signal)]",
  ],
  [
    'DOMException',
    "const e = new DOMException('m', 'AbortError'); return [e.name, e.message, e.code, e instanceof Error, DOMException.ABORT_ERR, String(e)]",
  ],
  [
    'MessageChannel',
    'const { port1, port2 } = new MessageChannel(); const p = new Promise((r) => { port2.onmessage = (e) => r(e.data) }); port1.postMessage({ a: [1] }); const v = await p; port1.close(); return v',
  ],
];
