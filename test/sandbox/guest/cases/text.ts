import type { Case } from './case.ts';

export const textCases: readonly Case[] = [
  [
    'querystring.parse',
    "const q = require('querystring'); return ['a=1&b=2', 'a=1&a=2&a=3', 'a', '=b', '&&a=1&', 'a=b=c', 'a+b=c+d', 'a%20b=%E2%82%AC', 'x=%', 'x=%zz', 'x=%E0%A4%A', '__proto__=1', '?a=1', 'a=&b', '%61=1', ''].map((t) => q.parse(t))",
  ],
  [
    'querystring.parse separators',
    "const q = require('querystring'); return [q.parse('a:1;b:2', ';', ':'), q.parse('a==1&&b==2', '&&', '=='), q.parse('a=1&b=2&c=3', null, null, { maxKeys: 2 }), q.parse('a=%41', null, null, { decodeURIComponent: (s) => '<' + s + '>' }), q.parse('a=1&b=2', '', '')]",
  ],
  [
    'querystring.parse many keys',
    "const q = require('querystring'); const t = Array.from({ length: 1100 }, (_, i) => 'k' + i).join('&'); return [Object.keys(q.parse(t)).length, Object.keys(q.parse(t, null, null, { maxKeys: 0 })).length]",
  ],
  [
    'querystring.parse non strings',
    "const q = require('querystring'); return [q.parse(), q.parse(null), q.parse(5), q.parse({})]",
  ],
  [
    'querystring.stringify',
    "const q = require('querystring'); return [{ a: 1, b: [1, 'x'], c: true, d: null, e: undefined, f: {}, g: NaN, h: 5n }, { 'a b': '\u20ac&=' }, { a: [] }, [1, 2], {}, null, 'x', { a: ['', 0] }, { q: \"!'()*~-_.\" }].map((o) => q.stringify(o))",
  ],
  [
    'querystring.stringify options',
    "const q = require('querystring'); return [q.stringify({ a: 1, b: 2 }, ';', ':'), q.stringify({ a: 'b c' }, null, null, { encodeURIComponent: (s) => s.toUpperCase() })]",
  ],
  [
    'querystring.escape',
    "const q = require('querystring'); out(q.escape('a b&\u20ac'), q.unescape('%E2%82%AC%zz'), q.escape(5), q.escape({})); try { q.escape('\\ud800') } catch (e) { out(e.name, e.code, e.message) } return [q.unescapeBuffer('a%20b%'), q.encode === q.stringify, q.decode === q.parse]",
  ],
  [
    'url.parse',
    "const u = require('url'); return ['http://user:pa%40ss@Host.com:8080/p/a/t/h?query=string#hash', '/a/b?c=d', '//host/path', 'mailto:a@b.c', 'http://a.com', 'http://a.com?x=1', 'a/b', '', '?a=1', '#x', 'HTTP://EX.com/ A', 'http://[::1]:80/', 'javascript:alert(1)', 'file:///etc/x', 'https://\u00e4.de/\u00e4?\u00e4#\u00e4'].map((t) => ({ ...u.parse(t) }))",
  ],
  [
    'url.parse query',
    "const u = require('url'); return [u.parse('/x?a=1&a=2&b', true).query, u.parse('//h/p', false, true).host, u.parse('/x', true).query, u.parse('/x', true).search]",
  ],
  [
    'url.format legacy',
    "const u = require('url'); return [u.format({ protocol: 'https', hostname: 'a.b', port: 8, pathname: '/c', query: { d: [1, 2], e: '\u20ac' }, hash: 'f' }), u.format({ host: 'h', pathname: 'p', search: 's=1' }), u.format({ pathname: '/a?b#c' }), u.format('HTTP://X.com'), u.format({ auth: 'a:b', hostname: 'h', slashes: true }), u.format(u.parse('http://a.b/c?d#e'))]",
  ],
  [
    'url.resolve',
    "const u = require('url'); return [['/one/two/three', 'four'], ['http://example.com/', '/one'], ['http://example.com/one', '/two'], ['http://a.com/b/c/d?x#y', '../e'], ['http://a.com/b', '//c.com/d'], ['/a', '?b=c'], ['/a/b', '']].map(([a, b]) => u.resolve(a, b))",
  ],
  [
    'url helpers',
    "const u = require('url'); return [u.domainToASCII('espa\u00f1ol.com'), u.domainToUnicode('xn--fsqu00a.com'), u.fileURLToPath('file:///a%20b'), u.pathToFileURL('/tmp/a b#?%').href, u.urlToHttpOptions(new URL('https://u:p@a.b:8/c?d#e'))]",
  ],
  [
    'URL members',
    "return ['http://u:p@EX.com:80/a/../b?c=d#e', 'https://ex.com:443', 'http://\u00e4.de/\u00e4', 'data:text/plain,x', 'file:///a', 'http://1.2.3', 'http://[::1]/'].map((t) => { const u = new URL(t); return [u.href, u.origin, u.protocol, u.username, u.password, u.host, u.hostname, u.port, u.pathname, u.search, u.hash, String(u), JSON.stringify(u)] })",
  ],
  [
    'URL base',
    "return [new URL('../x?y', 'http://a.b/c/d/e').href, new URL('//z', 'https://a.b').href, new URL('', 'http://a.b/c?d#e').href, new URL('#f', 'http://a.b/c?d#e').href, URL.canParse('x'), URL.canParse('x', 'http://a'), URL.parse('x')]",
  ],
  [
    'URL refuses',
    "for (const a of [['x'], ['http://'], ['/a', 'b'], ['http://a b'], [undefined]]) { try { new URL(...a) } catch (e) { out(e.name, e.code, e.message, e.input, e.base) } }",
  ],
  [
    'URL setters',
    "const u = new URL('http://a.b/c?d#e'); u.pathname = 'x y'; u.search = 'p=\u20ac'; u.hash = ''; u.port = '99'; u.hostname = 'z.de'; u.protocol = 'https'; u.username = 'me'; u.searchParams.append('q', 'a b'); out(u.href); u.search = ''; out(u.href, [...u.searchParams]); u.href = 'http://q/?r=1'; out([...u.searchParams]); u.searchParams.delete('r'); out(u.href)",
  ],
  ['URL inspect', "return [new URL('http://a.b/c?d=e'), { u: { u: { u: new URL('http://a') } } }]"],
  [
    'URLSearchParams',
    "const p = new URLSearchParams('?a=1&b=2&a=3&c=%20x+y&d'); return [p.get('a'), p.getAll('a'), p.get('z'), p.has('d'), p.has('a', '3'), p.toString(), p.size, [...p], [...p.keys()], [...p.values()]]",
  ],
  [
    'URLSearchParams changes',
    "const p = new URLSearchParams({ b: 1, a: 'x y' }); p.append('a', '~!*()\\''); p.set('b', '\u20ac'); p.sort(); out(p.toString()); p.delete('a', 'x y'); out(String(p)); p.forEach((v, k) => out(k, v)); p.set('n', undefined); out(p + '')",
  ],
  [
    'URLSearchParams from',
    "return [new URLSearchParams([['a', '1'], ['b', '2']]), new URLSearchParams(new Map([['x', 'y']])), new URLSearchParams(new URLSearchParams('q=1')), new URLSearchParams(''), new URLSearchParams(null) + '', new URLSearchParams('a=%zz&b=%E2%82') + '']",
  ],
  [
    'URLSearchParams refuses',
    "for (const v of [[['a']], [1], [['a', 'b', 'c']]]) { try { new URLSearchParams(v) } catch (e) { out(e.name, e.code, e.message) } }",
  ],
  [
    'path',
    "const p = require('path'); return [p.join('/a', '..', 'b', './c'), p.resolve('/a', 'b', '../c'), p.normalize('/a//b/../c/.'), p.basename('/a/b.html', '.html'), p.dirname('/a/b'), p.extname('x.tar.gz'), p.extname('.x'), p.parse('/home/u/f.txt'), p.format({ dir: '/d', base: 'b' }), p.relative('/a/b/c', '/a/d'), p.isAbsolute('a'), p.sep, p.delimiter, p.posix === p]",
  ],
  [
    'util.format',
    "const { format } = require('util'); return [format('%s %d %i %f %j %o %O %%', 'a', '42', 4.7, '1.5', { a: 1 }, [1], { b: 2 }), format('a', 'b', { c: 1 }), format(1, 2, '3'), format('%s', null, undefined), format('%s', { toString: () => 'x' }), format('%s', class A {}), format('%d', 5n), format('%s', Symbol('q')), format('%c x', 'css'), format('%x', 1), format('%s', -0), format('%j', (() => { const c = {}; c.c = c; return c })())]",
  ],
  [
    'util.inspect values',
    "return [1, -0, 5n, 'a', \"it's\", 'a\"b\\'c', null, undefined, true, Symbol('s'), [1, , 3], { a: { b: { c: { d: 1 } } } }, [[[[1]]]], new Date(0), /x/g, function foo() {}, class A extends Map {}, () => 1, async function z() {}, new Error('boom').message, [undefined, null], Object.create(null), new (class Foo { x = 1 })()]",
  ],
  [
    'util.inspect collections',
    "return [new Map([[{ a: 1 }, 'x']]), new Set([1, [2]]), new WeakMap(), [1, 2, 3].entries(), new Uint8Array(3), new ArrayBuffer(2), (function () { return arguments })(1, 2), Object.assign([1], { x: 1 }), { get a() { return 1 }, set b(v) {} }, { [Symbol('k')]: 1 }, Array(200).fill(7), 'x'.repeat(200), { a: 'x'.repeat(100), b: 'y'.repeat(50) }]",
  ],
  [
    'util.inspect options',
    "const { inspect } = require('util'); const o = { a: { b: { c: {} } }, z: [1, 2, 3], m: 'x' }; return [inspect(o, { depth: 0 }), inspect(o, false, null), inspect(o, { compact: false }), inspect(o, { colors: true }), inspect(o, { breakLength: 20 }), inspect({ b: 1, a: 2 }, { sorted: true }), inspect(Array(10).fill(0), { maxArrayLength: 3 }), inspect('abc', { maxStringLength: 1 }), inspect({ get g() { return 3 } }, { getters: true })]",
  ],
  [
    'util.inspect custom and circular',
    "const { inspect } = require('util'); const c = { n: 1 }; c.me = c; c.arr = [c]; return [c, { [inspect.custom](d, o, i) { return 'custom ' + d + ' ' + (i === inspect) } }, { toString() { return 'no' } }, Object.create({ constructor: { name: 'Fake' } })]",
  ],
  [
    'util.inspect errors',
    "const e = new TypeError('bad', { cause: 'c' }); e.stack = 'TypeError: bad\\n    at x'; e.code = 'E'; const a = new AggregateError([1], 'agg'); a.stack = 'AggregateError: agg'; return [e, a, { e }, [e]]",
  ],
  [
    'util.types',
    "const { types } = require('util'); const vs = [new Map(), new Set(), new Date(), /x/, Promise.resolve(), new Error(), async () => {}, function* () {}, new Uint8Array(1), new ArrayBuffer(1), new Number(1), Object(1n), new Proxy({}, {}) && 1, [], {}, null, new DataView(new ArrayBuffer(1)), new WeakMap(), [].values(), (function () { return arguments })()]; return Object.keys(types).filter((k) => !/External|KeyObject|CryptoKey|Proxy|EventTarget|Float16|Iterator/.test(k)).sort().map((k) => k + ':' + vs.map((v) => +types[k](v)).join(''))",
  ],
  [
    'util.isDeepStrictEqual',
    "const { isDeepStrictEqual: eq } = require('util'); return [eq({ a: [1, new Set([{ x: 1 }])] }, { a: [1, new Set([{ x: 1 }])] }), eq([1], ['1']), eq(new Map([[{ a: 1 }, 2]]), new Map([[{ a: 1 }, 2]])), eq(NaN, NaN), eq(0, -0), eq(new Date(1), new Date(1)), eq(Buffer.from('a'), Buffer.from('a')), eq(/a/g, /a/i), eq(new Error('a'), new Error('a')), eq([1, , 2], [1, undefined, 2]), eq({ a: undefined }, {})]",
  ],
  [
    'util.promisify',
    "const { promisify } = require('util'); const f = promisify((a, cb) => cb(null, a + 1)); out(await f(1)); try { await promisify((cb) => cb(new Error('no')))() } catch (e) { out(e.message) } out(await promisify(setTimeout)(1, 'v')); try { promisify(5) } catch (e) { out(e.code, e.message) } const o = { v: 7, m(cb) { cb(null, this.v) } }; o.p = promisify(o.m); return o.p()",
  ],
  [
    'util.callbackify',
    "const { callbackify } = require('util'); return new Promise((r) => callbackify(async (x) => x * 2)(4, (e, v) => callbackify(async () => { throw null })((e2) => r([e, v, e2.code, e2.message]))))",
  ],
  [
    'util.inherits',
    "const { inherits } = require('util'); function A() {} A.prototype.hi = () => 'hi'; function B() {} inherits(B, A); return [new B().hi(), B.super_ === A, new B() instanceof A]",
  ],
  [
    'util.deprecate keeps the function',
    "const { deprecate } = require('util'); process.noDeprecation = true; const f = deprecate((a) => a + 1, 'old'); const r = f(1); process.noDeprecation = undefined; return r",
  ],
  [
    'util misc',
    "const u = require('util'); return [u.stripVTControlCharacters('\\u001b[31mx\\u001b[0m'), u.toUSVString('a\\ud800'), u.inspect.defaultOptions.depth, u.styleText('red', 'x', { validateStream: false }), typeof u.TextEncoder, u.getSystemErrorName(-2), u.debuglog('x').enabled]",
  ],
  [
    'util.parseArgs',
    "const { parseArgs } = require('util'); return parseArgs({ args: ['-f', '--bar', 'b', '--no=1', 'pos', '--', '-x'], options: { foo: { type: 'boolean', short: 'f' }, bar: { type: 'string' }, no: { type: 'string' } }, allowPositionals: true })",
  ],
  [
    'TextEncoder',
    "const t = new TextEncoder(); return [t.encode('h\u00e9\\ud83d\\ude00\\ud800'), t.encode(), t.encodeInto('a\u20acb', new Uint8Array(3)), t.encoding]",
  ],
  [
    'TextDecoder',
    "const d = new TextDecoder(); out(d.decode(new Uint8Array([0xef, 0xbb, 0xbf, 65, 255])), d.decode(), d.encoding, new TextDecoder('latin1').decode(new Uint8Array([0x80])), new TextDecoder('utf-16le').decode(new Uint8Array([65, 0])), new TextDecoder('shift_jis').decode(new Uint8Array([0x82, 0xa0]))); const s = new TextDecoder(); out(s.decode(new Uint8Array([0xe2, 0x82]), { stream: true }), s.decode(new Uint8Array([0xac]), { stream: true }), s.decode()); try { new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([255])) } catch (e) { out(e.name, e.code) } try { new TextDecoder('nope') } catch (e) { out(e.name, e.code) }",
  ],
  [
    'punycode',
    "const p = require('punycode'); return [p.encode('ma\u00f1ana'), p.decode('maana-pta'), p.toASCII('ma\u00f1ana.com'), p.toUnicode('xn--maana-pta.com'), p.ucs2.decode('\\ud83d\\ude00')]",
  ],
  [
    'structuredClone',
    "const o = { d: new Date(5), m: new Map([[1, { a: 1 }]]), s: new Set([1]), r: /x/g, b: new Uint8Array([1, 2]), n: null, u: undefined, e: new RangeError('r'), big: 5n }; o.self = o; const c = structuredClone(o); out(c.self === c, c.d, c.m, c.s, c.r, c.b, c.e.name, c.e.message, c.big, c !== o); for (const v of [() => 1, Symbol('x'), { f() {} }, new WeakMap()]) { try { structuredClone(v) } catch (e) { out(e.name, e.code) } } class A { x = 1 } return structuredClone(new A())",
  ],
];
