import type { Case } from './case.ts';

export const bufferCases: readonly Case[] = [
  ['from utf8', "return [Buffer.from('h\u00e9llo \u20ac \ud83d\ude00'), Buffer.from('\\ud800x')]"],
  [
    'from base64 and base64url',
    "return ['aGk=', 'aGk', 'a-_b', 'a+/b', 'aG k=\\n', 'YQ==YQ==', 'a', '!!aGk', ''].map((t) => Buffer.from(t, 'base64'))",
  ],
  ['from base64url name', "return ['aGk', '-_-_', 'aGk='].map((t) => Buffer.from(t, 'base64url'))"],
  ['from hex', "return ['abcd', 'ABC', 'zz', 'abxx12', 'a'].map((t) => Buffer.from(t, 'hex'))"],
  [
    'from latin1 and others',
    "return ['latin1', 'binary', 'ascii', 'ucs2', 'utf16le'].map((e) => Buffer.from('\u00e9\u20ac', e))",
  ],
  [
    'from arrays',
    "return [Buffer.from([1, 256, -1, '3', 1.9]), Buffer.from(new Uint16Array([1, 500])), Buffer.from({ length: 2, 0: 7, 1: 8 })]",
  ],
  [
    'from buffer and JSON',
    "const b = Buffer.from('abc'); return [Buffer.from(b), Buffer.from(JSON.parse(JSON.stringify(b))), JSON.stringify(b)]",
  ],
  [
    'from ArrayBuffer shares memory',
    'const a = new ArrayBuffer(4); const b = Buffer.from(a, 1, 2); b[0] = 9; return [new Uint8Array(a), b]',
  ],
  [
    'from String object and toPrimitive',
    "return [Buffer.from(new String('x')), Buffer.from({ [Symbol.toPrimitive]: () => 'y' })]",
  ],
  [
    'from refuses',
    'for (const v of [undefined, null, 5, true, {}, () => 1]) { try { Buffer.from(v) } catch (e) { out(e.name, e.code, e.message) } }',
  ],
  [
    'unknown encoding',
    "try { Buffer.from('a', 'nope') } catch (e) { out(e.name, e.code, e.message) } try { Buffer.from('a').toString('nope') } catch (e) { out(e.code, e.message) }",
  ],
  [
    'toString encodings',
    "const b = Buffer.from([0, 65, 233, 255, 226, 130, 172]); return ['utf8', 'hex', 'base64', 'base64url', 'latin1', 'ascii', 'ucs2'].map((e) => b.toString(e))",
  ],
  [
    'toString ranges',
    "const b = Buffer.from('hello'); return [b.toString('utf8', 1, 3), b.toString('utf8', -1), b.toString('utf8', 3, 1), b.toString(undefined, 2), b.toString('utf8', 0, 99)]",
  ],
  [
    'malformed utf8',
    "return ['c3', 'e282', 'f09f98', 'ff41', 'eda080', 'c0af', 'f8888080', 'e28241'].map((h) => Buffer.from(h, 'hex').toString())",
  ],
  [
    'long utf8',
    "const t = 'h\u00e9\u20ac\ud83d\ude00'.repeat(500); const b = Buffer.from(t); return [b.length, b.toString() === t, b.subarray(1).toString().length]",
  ],
  [
    'alloc and fill',
    "return [Buffer.alloc(3), Buffer.alloc(5, 'ab'), Buffer.alloc(3, 1), Buffer.alloc(4, 'YQ==', 'base64'), Buffer.alloc(2, Buffer.from([1, 2]))]",
  ],
  [
    'alloc refuses',
    "for (const v of ['a', -1, NaN, undefined]) { try { Buffer.alloc(v) } catch (e) { out(e.name, e.code, e.message) } }",
  ],
  [
    'new Buffer',
    "return [new Buffer('abc'), Buffer('abc', 'latin1'), new Buffer(3).length, new Buffer([1]) instanceof Buffer]",
  ],
  [
    'concat',
    "return [Buffer.concat([Buffer.from('a'), new Uint8Array([98])]), Buffer.concat([Buffer.from('abc')], 2), Buffer.concat([Buffer.from('a')], 3), Buffer.concat([])]",
  ],
  [
    'concat refuses',
    "for (const v of ['x', ['a'], undefined]) { try { Buffer.concat(v) } catch (e) { out(e.code, e.message) } }",
  ],
  [
    'byteLength',
    "return [Buffer.byteLength('\u20ac'), Buffer.byteLength('aGk=', 'base64'), Buffer.byteLength('abc', 'hex'), Buffer.byteLength(new ArrayBuffer(3)), Buffer.byteLength('ab', 'ucs2'), Buffer.byteLength('x', 'nope')]",
  ],
  [
    'compare and equals',
    "const a = Buffer.from('abc'), b = Buffer.from('abd'); return [a.compare(b), Buffer.compare(b, a), a.equals(b), a.equals(new Uint8Array([97, 98, 99])), a.compare(b, 0, 2, 0, 2), [b, a].sort(Buffer.compare)]",
  ],
  [
    'indexOf',
    "const b = Buffer.from('abcabc'); return [b.indexOf('b'), b.indexOf('b', 2), b.indexOf(99), b.lastIndexOf('b'), b.indexOf(''), b.includes('ca'), b.indexOf('z'), b.indexOf(Buffer.from('bc'), -2), b.lastIndexOf('a', 2), b.indexOf('YmM=', 0, 'base64'), b.lastIndexOf('c', -2)]",
  ],
  [
    'slice and subarray share',
    "const b = Buffer.from('abcdef'); const s = b.slice(-3, -1); s[0] = 88; return [b, s, b.subarray(2), b.slice(9), Buffer.isBuffer(s)]",
  ],
  [
    'write',
    "const b = Buffer.alloc(8); return [b.write('h\u00e9'), b.write('xy', 4), b.write('ab', 6, 1), b.write('ff00', 0, 'hex'), b.write('zz', 7, 'latin1'), b]",
  ],
  [
    'write does not cut characters',
    "const b = Buffer.alloc(4, 46); return [b.write('a\u20acb'), b, Buffer.alloc(3).write('\ud83d\ude00')]",
  ],
  [
    'read integers',
    'const b = Buffer.from([1, 2, 3, 4, 250, 251, 252, 253]); return [b.readUInt8(1), b.readInt8(4), b.readUInt16LE(), b.readUInt16BE(2), b.readInt16LE(4), b.readInt32BE(4), b.readUInt32LE(4), b.readUint32BE(0), b.readUIntBE(0, 6), b.readIntLE(2, 6), b.readBigUInt64BE(), b.readBigInt64LE()]',
  ],
  [
    'write integers',
    'const b = Buffer.alloc(30); let o = 0; o = b.writeUInt8(200, o); o = b.writeInt8(-2, o); o = b.writeUInt16BE(65000, o); o = b.writeInt32LE(-5, o); o = b.writeUIntBE(0x123456789abc, o, 6); o = b.writeIntLE(-3, o, 3); o = b.writeBigInt64BE(-9n, o); return [o, b]',
  ],
  [
    'floats',
    'const b = Buffer.alloc(12); b.writeFloatBE(1.5, 0); b.writeDoubleLE(-2.25, 4); return [b, b.readFloatBE(0), b.readDoubleLE(4)]',
  ],
  [
    'out of range',
    "const b = Buffer.alloc(4); for (const f of [() => b.readUInt8(4), () => b.readUInt32LE(1), () => b.readUInt16LE(1.5), () => b.readInt8('1'), () => b.writeUInt8(256, 0), () => b.writeInt16LE(40000, 0), () => b.writeUInt32BE(-1, 0), () => b.readDoubleLE(0), () => b.writeUIntLE(2 ** 40, 0, 3)]) { try { f() } catch (e) { out(e.name, e.code, e.message) } }",
  ],
  [
    'fill ranges',
    "return [Buffer.from('abcdef').fill('xy', 1, 5), Buffer.from('abc').fill(0), Buffer.from('abc').fill('\u20ac'), Buffer.from('abc').fill(300)]",
  ],
  [
    'copy',
    "const a = Buffer.from('abcdef'), b = Buffer.alloc(4, 46); return [a.copy(b), b, a.copy(b, 2), b, a.copy(b, 1, 4, 6), b, a.copy(b, 0, 2)]",
  ],
  [
    'swap',
    'return [Buffer.from([1, 2, 3, 4]).swap16(), Buffer.from([1, 2, 3, 4]).swap32(), Buffer.from([1, 2, 3, 4, 5, 6, 7, 8]).swap64()]',
  ],
  [
    'inspect',
    "const b = Buffer.from('x'); b.tag = 'me'; return [Buffer.alloc(60), b, { b: Buffer.alloc(0) }]",
  ],
  [
    'iteration',
    "const b = Buffer.from('ab'); return [[...b], [...b.entries()], [...b.keys()], b.map((x) => x + 1), b.filter((x) => x > 97)]",
  ],
  [
    'prototype facts',
    "return [Buffer.isBuffer(new Uint8Array(1)), Buffer.from('a') instanceof Uint8Array, Buffer.name, Buffer.isEncoding('UTF-8'), Buffer.isEncoding('nope'), Object.prototype.toString.call(Buffer.alloc(1)), typeof Buffer.prototype.utf8Slice]",
  ],
  [
    'atob and btoa',
    "out(btoa('h\u00e9llo'), atob('aGk='), atob(' aG k '), atob('')); for (const f of [() => btoa('\u20ac'), () => atob('a'), () => atob('a?==')]) { try { f() } catch (e) { out(e.name, e.code) } }",
  ],
  [
    'transcode',
    "const { transcode } = require('buffer'); return [transcode(Buffer.from('\u20ac'), 'utf8', 'ascii'), transcode(Buffer.from('\u00e9'), 'utf8', 'latin1'), transcode(Buffer.from('ab'), 'latin1', 'ucs2')]",
  ],
  [
    'isUtf8 and isAscii',
    "const { isUtf8, isAscii } = require('buffer'); return [isUtf8(Buffer.from('\u20ac')), isUtf8(Buffer.from([255])), isAscii(Buffer.from('a')), isAscii(Buffer.from('\u00e9'))]",
  ],
  [
    'string_decoder utf8',
    "const { StringDecoder } = require('string_decoder'); const d = new StringDecoder('utf8'); const b = Buffer.from('a\u20ac\ud83d\ude00b'); const parts = []; for (const byte of b) parts.push(d.write(Buffer.from([byte]))); return [parts, d.end()]",
  ],
  [
    'string_decoder incomplete',
    "const { StringDecoder } = require('string_decoder'); return ['utf8', 'utf16le', 'base64', 'hex', 'latin1'].map((e) => { const d = new StringDecoder(e); return [d.write(Buffer.from([0xe2, 0x82])), d.write(Buffer.from([0xd8, 0xd8])), d.end()] })",
  ],
  [
    'string_decoder broken sequences',
    "const { StringDecoder } = require('string_decoder'); const d = new StringDecoder(); return [d.write(Buffer.from([0xe2])), d.write(Buffer.from([0x41])), d.write(Buffer.from([0xf0, 0x9f])), d.end(), d.end()]",
  ],
];
