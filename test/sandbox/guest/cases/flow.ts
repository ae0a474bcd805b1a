import type { Case } from './case.ts';

export const flowCases: readonly Case[] = [
  [
    'order of ticks, promises, immediates, timers',
    "await new Promise((r) => setTimeout(r, 2)); const o = []; setTimeout(() => o.push('timeout'), 0); setImmediate(() => o.push('immediate')); process.nextTick(() => o.push('tick')); Promise.resolve().then(() => o.push('promise')); queueMicrotask(() => o.push('micro')); o.push('sync'); await new Promise((r) => setTimeout(r, 30)); return o.filter((x) => x !== 'timeout' && x !== 'immediate')",
  ],
  [
    'ticks inside a timer',
    "const o = []; await new Promise((r) => setTimeout(() => { process.nextTick(() => { o.push('t1'); process.nextTick(() => o.push('t2')); Promise.resolve().then(() => o.push('p2')) }); Promise.resolve().then(() => { o.push('p1'); process.nextTick(() => o.push('t3')) }); setImmediate(() => { o.push('i'); r() }) }, 1)); return o",
  ],
  [
    'microtasks between timers',
    "const o = []; setTimeout(() => { o.push('a'); Promise.resolve().then(() => o.push('pa')); process.nextTick(() => o.push('ta')) }, 1); setTimeout(() => o.push('b'), 1); await new Promise((r) => setTimeout(r, 20)); return o",
  ],
  [
    'immediates of one turn',
    "const o = []; await new Promise((r) => { setImmediate(() => { o.push(1); setImmediate(() => { o.push(3); r() }); Promise.resolve().then(() => o.push('p')) }); setImmediate(() => o.push(2)) }); return o",
  ],
  [
    'timer order by delay',
    'const o = []; setTimeout(() => o.push(3), 12); setTimeout(() => o.push(1), 2); setTimeout(() => o.push(2), 6); await new Promise((r) => setTimeout(r, 40)); return o',
  ],
  [
    'timer arguments and clear',
    "const o = []; const t = setTimeout(() => o.push('no'), 1); clearTimeout(t); setTimeout((a, b) => o.push(a + b), 1, 1, 2); const i = setInterval(() => { o.push('i'); if (o.filter((x) => x === 'i').length === 3) clearInterval(i) }, 1); const n = +setTimeout(() => o.push('never'), 1); clearTimeout(n); clearTimeout(undefined); clearTimeout('x'); await new Promise((r) => setTimeout(r, 40)); return o",
  ],
  [
    'timer object',
    'const t = setTimeout(() => {}, 5); const r = [t.hasRef(), t.unref() === t, t.hasRef(), t.ref().hasRef(), typeof t[Symbol.toPrimitive](), t.constructor.name]; t.close(); return r',
  ],
  [
    'timers refuse',
    "for (const v of [undefined, 'x']) { for (const f of [setTimeout, setImmediate, process.nextTick, queueMicrotask]) { try { f(v) } catch (e) { out(e.name, e.code, e.message) } } }",
  ],
  [
    'timers/promises',
    "const t = require('timers/promises'); out(await t.setTimeout(1, 'v'), await t.setImmediate('w')); const a = new AbortController(); a.abort(); try { await t.setTimeout(5, 0, { signal: a.signal }) } catch (e) { out(e.name, e.code, e.message) }",
  ],
  [
    'EventEmitter basics',
    "const E = require('events'); const e = new E(); e.on('a', (...x) => out('a1', ...x)); e.prependListener('a', () => out('a0')); e.once('a', () => out('once')); out(e.emit('a', 1, 2), e.emit('a'), e.emit('none'), e.listenerCount('a'), e.eventNames(), e.listeners('a').length); e.removeAllListeners('a'); out(e.emit('a'))",
  ],
  [
    'EventEmitter newListener and removeListener',
    "const E = require('events'); const e = new E(); e.on('newListener', (n, f) => out('new', n, typeof f)); e.on('removeListener', (n) => out('removed', n)); const f = () => {}; e.on('x', f); e.once('y', f); e.off('x', f); e.emit('y'); e.removeAllListeners()",
  ],
  [
    'EventEmitter errors',
    "const E = require('events'); const e = new E(); for (const v of [new Error('x'), 'text', { a: 1 }, undefined]) { try { e.emit('error', v) } catch (t) { out(t.name, t.message, t.code, t.context) } } e.on('error', (x) => out('got', x)); e.emit('error', 5); try { e.on('q', 5) } catch (t) { out(t.code, t.message) }",
  ],
  [
    'EventEmitter statics',
    "const E = require('events'); const e = new E(); out(E.EventEmitter === E, E.defaultMaxListeners, e.getMaxListeners(), e.setMaxListeners(3).getMaxListeners(), E.once.name, typeof E.on, E.errorMonitor, E.captureRejectionSymbol); setTimeout(() => e.emit('z', 1, 2), 1); out(await E.once(e, 'z')); setTimeout(() => e.emit('error', new Error('bad')), 1); try { await E.once(e, 'q') } catch (t) { out(t.message) } return E.listenerCount(e, 'z')",
  ],
  [
    'EventEmitter on iterator',
    "const E = require('events'); const e = new E(); setTimeout(() => { e.emit('d', 1); e.emit('d', 2); e.emit('end') }, 1); const got = []; for await (const [v] of E.on(e, 'd', { close: ['end'] })) got.push(v); return got",
  ],
  [
    'EventEmitter called as a function',
    "const E = require('events'); function Old() { E.call(this) } require('util').inherits(Old, E); const o = new Old(); o.on('x', function () { out(this === o) }); o.emit('x'); const mixed = Object.assign({}, E.prototype); mixed.on('y', () => out('mixed')); return mixed.emit('y')",
  ],
  [
    'EventEmitter captureRejections',
    "const E = require('events'); const e = new E({ captureRejections: true }); e.on('x', async () => { throw new Error('late') }); return new Promise((r) => { e.on('error', (t) => r(t.message)); e.emit('x') })",
  ],
  [
    'EventEmitter error monitor',
    "const E = require('events'); const e = new E(); e.on(E.errorMonitor, (x) => out('seen', x.message)); try { e.emit('error', new Error('m')) } catch (t) { out(t.message) }",
  ],
  [
    'listener changes during emit',
    "const E = require('events'); const e = new E(); e.on('x', () => { out(1); e.removeListener('x', two) }); const two = () => out(2); e.on('x', two); e.emit('x'); e.emit('x')",
  ],
  [
    'EventTarget',
    "const t = new EventTarget(); const f = (e) => out(e.type, e.target === t, e instanceof Event, e.defaultPrevented); t.addEventListener('a', f); t.addEventListener('a', f); t.addEventListener('a', { handleEvent: () => out('object') }, { once: true }); out(t.dispatchEvent(new Event('a'))); t.dispatchEvent(new Event('a')); t.removeEventListener('a', f); out(t.dispatchEvent(new Event('a', { cancelable: true }))); t.addEventListener('c', (e) => e.preventDefault()); return t.dispatchEvent(new Event('c', { cancelable: true }))",
  ],
  [
    'AbortController',
    "const a = new AbortController(); a.signal.onabort = (e) => out('on', e.type); a.signal.addEventListener('abort', () => out('listener')); out(a.signal.aborted); a.abort(); a.abort('again'); out(a.signal.aborted, a.signal.reason.name, a.signal.reason.message, a.signal.reason.code); try { a.signal.throwIfAborted() } catch (e) { out(e.name) } out(AbortSignal.abort('why').reason); const b = new AbortController(); const any = AbortSignal.any([b.signal, a.signal]); out(any.aborted); const t = AbortSignal.timeout(1); await new Promise((r) => setTimeout(r, 20)); out(t.aborted, t.reason.name, t.reason.message); try { new AbortSignal() } catch (e) { out(e.name, e.code) } return [a, b.signal]",
  ],
  [
    'Readable.from and iteration',
    "const { Readable } = require('stream'); const got = []; for await (const c of Readable.from(['a', 'b', Buffer.from('c')])) got.push(c); return got",
  ],
  [
    'Readable push and encodings',
    "const { Readable } = require('stream'); const r = new Readable({ read() {} }); r.setEncoding('utf8'); const b = Buffer.from('\u20acx'); r.push(b.subarray(0, 1)); r.push(b.subarray(1)); r.push(null); const got = []; r.on('data', (c) => got.push(c)); await new Promise((f) => r.on('end', f)); return got",
  ],
  [
    'Transform and pipe',
    "const { Transform, PassThrough } = require('stream'); const up = new Transform({ transform(c, e, cb) { cb(null, String(c).toUpperCase()) }, flush(cb) { this.push('!'); cb() } }); const end = new PassThrough(); up.pipe(end); up.write('ab'); up.end('cd'); const got = []; for await (const c of end) got.push(String(c)); return got.join('')",
  ],
  [
    'Writable callbacks and events',
    "const { Writable } = require('stream'); const w = new Writable({ highWaterMark: 3, write(c, e, cb) { out('write', String(c), e); setImmediate(cb) }, final(cb) { out('final'); cb() } }); out(w.write('abc'), w.writableLength, w.writableNeedDrain); w.on('drain', () => out('drain')); w.on('finish', () => out('finish')); w.on('close', () => out('close')); await new Promise((r) => w.on('drain', r)); w.end('z', () => out('ended')); await new Promise((r) => w.on('close', r))",
  ],
  [
    'pipeline and finished',
    "const { pipeline, finished, Readable, Writable, promises } = require('stream'); const got = []; await promises.pipeline(Readable.from(['a', 'b']), async function* (s) { for await (const c of s) yield c + c }, new Writable({ objectMode: true, write(c, e, cb) { got.push(c); cb() } })); out(got); try { await promises.pipeline(Readable.from(['a']), new Writable({ write(c, e, cb) { cb(new Error('w')) } })) } catch (e) { out(e.message) } const r = Readable.from([]); r.resume(); await promises.finished(r); return typeof require('stream').promises.pipeline",
  ],
  [
    'stream errors',
    "const { Readable, Writable } = require('stream'); const r = new Readable({ read() { this.destroy(new Error('rd')) } }); r.on('error', (e) => out('error', e.message)); r.on('close', () => out('close')); r.resume(); await new Promise((f) => r.on('close', f)); const w = new Writable({ write(c, e, cb) { cb() } }); w.on('error', (e) => out(e.code, e.message)); w.end(); w.write('late'); await new Promise((f) => setTimeout(f, 5)); try { w.write(null) } catch (e) { out(e.code) }",
  ],
  [
    'stream facts',
    "const s = require('stream'); const r = new s.Readable(); return [typeof s, s === s.Stream, r instanceof s, r instanceof require('events'), r.readable, r.readableFlowing, r.destroyed, new s.Duplex().writable, Object.keys(s).filter((k) => /^[A-Z]/.test(k)).sort(), s.Readable.prototype.constructor === s.Readable]",
  ],
  [
    'old-style stream classes',
    "const { Writable, Transform } = require('stream'); const util = require('util'); function W() { Writable.call(this); this.got = [] } util.inherits(W, Writable); W.prototype._write = function (c, e, cb) { this.got.push(String(c)); cb() }; const w = new W(); w.end('x'); await new Promise((r) => w.on('finish', r)); class T extends Transform { _transform(c, e, cb) { cb(null, c) } } const t = new T(); t.end('q'); return [w.got, String(t.read())]",
  ],
  [
    'stream consumers',
    "const { text, json, buffer } = require('stream/consumers'); const { Readable } = require('stream'); return [await text(Readable.from(['a', 'b'])), await json(Readable.from(['{\"a\":', '1}'])), await buffer(Readable.from([Buffer.from('z')]))]",
  ],
  [
    'web streams',
    "const rs = new ReadableStream({ start(c) { c.enqueue('a'); c.enqueue('b'); c.close() } }); const up = rs.pipeThrough(new TransformStream({ transform(c, t) { t.enqueue(c.toUpperCase()) } })); const got = []; for await (const c of up) got.push(c); const { Readable } = require('stream'); const back = []; for await (const c of Readable.fromWeb(new ReadableStream({ start(c) { c.enqueue(Buffer.from('z')); c.close() } }))) back.push(String(c)); const reader = Readable.toWeb(Readable.from([Buffer.from('q')])).getReader(); return [got, back, (await reader.read()).value?.length, (await reader.read()).done]",
  ],
  [
    'compression streams',
    "const blob = await new Response(new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode('hello '.repeat(9))); c.close() } }).pipeThrough(new CompressionStream('gzip')).pipeThrough(new DecompressionStream('gzip'))).text(); return blob",
  ],
  [
    'AsyncLocalStorage over callbacks',
    "const { AsyncLocalStorage } = require('async_hooks'); const a = new AsyncLocalStorage(); const o = []; await new Promise((done) => { a.run({ id: 1 }, () => { o.push(a.getStore().id); setTimeout(() => { o.push(a.getStore().id); done() }, 1); process.nextTick(() => o.push(a.getStore()?.id)); Promise.resolve().then(() => o.push(a.getStore()?.id)); queueMicrotask(() => o.push(a.getStore()?.id)); a.exit(() => o.push(a.getStore())) }) }); o.push(a.getStore()); return o",
  ],
  [
    'AsyncResource and bind',
    "const { AsyncLocalStorage, AsyncResource } = require('async_hooks'); const a = new AsyncLocalStorage(); const f = a.run(5, () => AsyncResource.bind(() => a.getStore())); const s = a.run(6, () => AsyncLocalStorage.snapshot()); const r = a.run(7, () => new AsyncResource('X')); return [f(), s(() => a.getStore()), r.runInAsyncScope((x) => [a.getStore(), x], null, 'y'), a.getStore()]",
  ],
  [
    'diagnostics_channel',
    "const d = require('diagnostics_channel'); const c = d.channel('x'); out(c.hasSubscribers); const f = (m, n) => out(m, n); c.subscribe(f); d.channel('x').publish({ a: 1 }); out(d.hasSubscribers('x')); c.unsubscribe(f); return c.hasSubscribers",
  ],
  [
    'process facts',
    'return [process.platform, typeof process.pid, process.argv.length > 0, typeof process.uptime(), process.hrtime().length, typeof process.hrtime.bigint(), Object.prototype.toString.call(process), typeof process.memoryUsage().heapUsed, process.env.NOPE, (process.env.X = 5, process.env.X), delete process.env.X, process.release.name, typeof process.versions.v8, process.emitWarning.length >= 0, process.exitCode]',
  ],
  [
    'performance',
    "const { performance: p } = require('perf_hooks'); p.mark('a'); const m = p.measure('m', 'a'); return [p === performance, typeof p.now(), m.name, m.entryType, p.getEntriesByName('m').length, typeof p.timeOrigin, p.clearMarks(), p.getEntriesByType('mark').length]",
  ],
  [
    'assert passes and fails',
    "const a = require('assert'); const f = [() => a(true), () => a.ok(0, 'msg'), () => a.equal(1, '1'), () => a.strictEqual(1, 2), () => a.deepEqual({ a: 1 }, { a: '1' }), () => a.deepStrictEqual([1], [2], new RangeError('different')), () => a.notStrictEqual(1, 1), () => a.throws(() => { throw new TypeError('q') }, TypeError), () => a.throws(() => {}), () => a.throws(() => { throw new Error('abc') }, /abc/), () => a.doesNotThrow(() => 1), () => a.match('abc', /x/), () => a.fail('no'), () => a.ifError(null), () => a.ifError(new Error('ie')), () => a.notDeepEqual({ a: 1 }, { a: 2 })]; for (const g of f) { try { g(); out('ok') } catch (e) { out(e.name, e.code, e.generatedMessage, e.operator, e.generatedMessage ? '' : e.message) } }",
  ],
  [
    'assert messages',
    "const a = require('assert'); for (const g of [() => a.strictEqual(1, 2), () => a.strictEqual('a', 5), () => a.equal(1, 2), () => a.strict.equal(NaN, 0), () => a.notEqual(1, 1)]) { try { g() } catch (e) { out(e.message) } }",
  ],
  [
    'assert promises',
    "const a = require('assert'); await a.rejects(Promise.reject(new Error('x')), /x/); await a.rejects(async () => { throw new RangeError('r') }, { name: 'RangeError', message: 'r' }); await a.doesNotReject(Promise.resolve()); try { await a.rejects(Promise.resolve()) } catch (e) { out(e.name, e.message) }",
  ],
];
