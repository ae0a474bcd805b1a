import type { Case } from './case.ts';

const RSA_PAIR =
  "const c = require('crypto'); const rsa = c.generateKeyPairSync('rsa', { modulusLength: 2048 });";
const EC_PAIR =
  "const c = require('crypto'); const ec = c.generateKeyPairSync('ec', { namedCurve: 'P-256' });";

export const cryptoCases: readonly Case[] = [
  [
    'createHash',
    "const c = require('crypto'); return ['md5', 'sha1', 'sha256', 'SHA512', 'RSA-SHA256', 'sha3-256'].map((a) => ['hex', 'base64', 'base64url', 'latin1', undefined].map((e) => c.createHash(a).update('a').update(Buffer.from('b')).update('\u20ac').digest(e)))",
  ],
  [
    'createHash details',
    "const c = require('crypto'); const h = c.createHash('sha256').update('a'); const k = h.copy(); out(h.digest('hex') === k.digest('hex')); for (const f of [() => h.digest(), () => h.update('b'), () => c.createHash('nope'), () => c.createHash(5), () => c.createHash('md5').update(5)]) { try { f() } catch (e) { out(e.name, e.code, e.message) } } return [c.createHash('shake256', { outputLength: 8 }).update('x').digest('hex'), c.createHash('sha1').update('6869', 'hex').digest('hex')]",
  ],
  [
    'hash as a stream',
    "const c = require('crypto'); const { Readable } = require('stream'); const h = c.createHash('sha256'); Readable.from([Buffer.from('a'), Buffer.from('b')]).pipe(h); const got = []; for await (const x of h) got.push(x.toString('hex')); const w = c.createHash('md5'); w.write('a'); w.end('b'); await new Promise((r) => w.on('finish', r)); return [got, w.read().toString('hex')]",
  ],
  [
    'createHmac',
    "const c = require('crypto'); return [c.createHmac('sha256', 'key').update('data').digest('hex'), c.createHmac('sha1', Buffer.from('k')).update('d').digest('base64'), c.createHmac('sha512', c.createSecretKey('s', 'utf8')).update('').digest('hex'), c.createHmac('md5', '').update('x').digest('base64url')]",
  ],
  [
    'createHmac refuses',
    "const c = require('crypto'); for (const f of [() => c.createHmac('nope', 'k'), () => c.createHmac('sha256'), () => c.createHmac('sha256', null)]) { try { f() } catch (e) { out(e.name, e.code, e.message) } }",
  ],
  [
    'random shapes',
    "const c = require('crypto'); const u = c.randomUUID(); return [c.randomBytes(8).length, Buffer.isBuffer(c.randomBytes(1)), /^[\\da-f]{8}-[\\da-f]{4}-4[\\da-f]{3}-[89ab][\\da-f]{3}-[\\da-f]{12}$/.test(u), c.randomInt(5) < 5, c.randomInt(7, 8), await new Promise((r) => c.randomBytes(3, (e, b) => r(b.length))), c.randomFillSync(Buffer.alloc(4)).length, c.randomFillSync(new Uint8Array(8), 4).slice(0, 4), await new Promise((r) => c.randomInt(1, (e, n) => r(n)))]",
  ],
  [
    'random refuses',
    "const c = require('crypto'); for (const f of [() => c.randomBytes('x'), () => c.randomBytes(-1), () => c.randomInt('a'), () => c.randomInt(5, 5)]) { try { f() } catch (e) { out(e.name, e.code) } }",
  ],
  [
    'timingSafeEqual',
    "const c = require('crypto'); out(c.timingSafeEqual(Buffer.from('a'), Buffer.from('a')), c.timingSafeEqual(Buffer.from('a'), Buffer.from('b'))); for (const f of [() => c.timingSafeEqual(Buffer.from('a'), Buffer.from('ab')), () => c.timingSafeEqual('a', 'b')]) { try { f() } catch (e) { out(e.name, e.code, e.message) } }",
  ],
  [
    'key derivation',
    "const c = require('crypto'); return [c.pbkdf2Sync('p', 's', 10, 16, 'sha256'), await new Promise((r) => c.pbkdf2('p', 's', 10, 16, 'sha512', (e, k) => r(k))), c.scryptSync('p', 's', 16), c.scryptSync('p', 's', 8, { N: 16 }), Buffer.from(c.hkdfSync('sha256', 'k', 's', 'i', 10)), await new Promise((r) => c.hkdf('sha256', 'k', 's', 'i', 10, (e, k) => r(Buffer.from(k))))]",
  ],
  [
    'cipher CBC',
    "const c = require('crypto'); const key = Buffer.alloc(32, 1), iv = Buffer.alloc(16, 2); const e = c.createCipheriv('aes-256-cbc', key, iv); const t = e.update('hello w\u00f6rld, more than a block', 'utf8', 'hex') + e.final('hex'); const d = c.createDecipheriv('aes-256-cbc', key, iv); return [t, d.update(t, 'hex', 'utf8') + d.final('utf8')]",
  ],
  [
    'cipher in steps',
    "const c = require('crypto'); const e = c.createCipheriv('aes-128-cbc', 'k'.repeat(16), 'i'.repeat(16)); return [e.update('a'), e.update('b'.repeat(20)), e.update(Buffer.alloc(16)), e.final(), c.createCipheriv('aes-128-ecb', 'k'.repeat(16), null).update('x'.repeat(16), 'utf8', 'base64')]",
  ],
  [
    'cipher GCM',
    "const c = require('crypto'); const key = Buffer.alloc(32, 3), iv = Buffer.alloc(12, 4); const e = c.createCipheriv('aes-256-gcm', key, iv); e.setAAD(Buffer.from('aad')); const ct = Buffer.concat([e.update('secret'), e.final()]); const tag = e.getAuthTag(); const d = c.createDecipheriv('aes-256-gcm', key, iv); d.setAAD(Buffer.from('aad')); d.setAuthTag(tag); out(ct, tag, Buffer.concat([d.update(ct), d.final()]).toString()); const bad = c.createDecipheriv('aes-256-gcm', key, iv); bad.setAuthTag(Buffer.alloc(16)); out(bad.update(ct).length); try { bad.final() } catch (x) { out(x.name, x.message) }",
  ],
  [
    'cipher CTR and stream',
    "const c = require('crypto'); const e = c.createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)); const parts = [e.update('abc', 'utf8', 'base64'), e.update('defg', 'utf8', 'base64'), e.final('base64')]; const s = c.createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)); s.end('abcdefg'); const got = []; for await (const x of s) got.push(x); return [parts.join(''), Buffer.concat(got)]",
  ],
  [
    'cipher refuses',
    "const c = require('crypto'); for (const f of [() => c.createCipheriv('nope', 'k', 'i'), () => c.createCipheriv('aes-128-cbc', 'short', Buffer.alloc(16)), () => c.createCipheriv('aes-128-cbc', Buffer.alloc(16), Buffer.alloc(3)), () => { const d = c.createDecipheriv('aes-128-cbc', Buffer.alloc(16), Buffer.alloc(16)); d.update(Buffer.alloc(16)); d.final() }]) { try { f() } catch (e) { out(e.name, e.code, e.message) } }",
  ],
  [
    'sign and verify RSA',
    `${RSA_PAIR} const s = c.createSign('RSA-SHA256').update('x').sign(rsa.privateKey); const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }); return [s.length, c.createVerify('RSA-SHA256').update('x').verify(pem, s), c.createVerify('sha256').update('y').verify(pem, s), c.verify('sha256', Buffer.from('x'), rsa.publicKey, s), pem.split('\\n')[0], c.createVerify('RSA-SHA256').update('x').verify(rsa.publicKey.export({ format: 'jwk' }) && { key: rsa.publicKey.export({ format: 'jwk' }), format: 'jwk' }, s.toString('base64'), 'base64')]`,
  ],
  [
    'sign PSS and EC',
    `${RSA_PAIR} const p = { key: rsa.privateKey, padding: c.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }; const s = c.sign('sha256', Buffer.from('x'), p); const ec = c.generateKeyPairSync('ec', { namedCurve: 'P-256' }); const t = c.createSign('sha256').update('x').sign({ key: ec.privateKey, dsaEncoding: 'ieee-p1363' }); return [c.verify('sha256', Buffer.from('x'), { ...p, key: rsa.publicKey }, s), t.length, c.createVerify('sha256').update('x').verify({ key: ec.publicKey, dsaEncoding: 'ieee-p1363' }, t)]`,
  ],
  [
    'sign ed25519',
    "const c = require('crypto'); const k = c.generateKeyPairSync('ed25519'); const s = c.sign(null, Buffer.from('m'), k.privateKey); return [s.length, c.verify(null, Buffer.from('m'), k.publicKey, s), k.privateKey.asymmetricKeyType, k.publicKey.type]",
  ],
  [
    'KeyObject facts',
    `${EC_PAIR} const pem = ec.privateKey.export({ type: 'pkcs8', format: 'pem' }); const k = c.createPrivateKey(pem); const pub = c.createPublicKey(pem); const jwk = pub.export({ format: 'jwk' }); return [k.type, k.asymmetricKeyType, k.asymmetricKeyDetails, pub.type, Object.keys(jwk), c.createPublicKey({ key: jwk, format: 'jwk' }).equals(pub), pub.export({ type: 'spki', format: 'der' }).length, c.createPublicKey(k).equals(pub), k instanceof c.KeyObject]`,
  ],
  [
    'secret keys',
    "const c = require('crypto'); const k = c.createSecretKey(Buffer.from('abcd')); return [k.type, k.symmetricKeySize, k.export(), k.export({ format: 'jwk' }), k.equals(c.createSecretKey('abcd', 'utf8')), c.generateKeySync('aes', { length: 128 }).symmetricKeySize]",
  ],
  [
    'bad keys',
    "const c = require('crypto'); for (const f of [() => c.createPublicKey('nope'), () => c.createPrivateKey('nope'), () => c.createPublicKey(undefined), () => c.createSign('sha256').update('x').sign('nope'), () => c.createVerify('sha256').update('x').verify('nope', 'x')]) { try { f(); out('no error') } catch (e) { out(e.name, e.code) } }",
  ],
  [
    'RSA encryption',
    `${RSA_PAIR} const e = c.publicEncrypt(rsa.publicKey, Buffer.from('s')); const o = c.publicEncrypt({ key: rsa.publicKey, oaepHash: 'sha256' }, Buffer.from('t')); const p = c.privateEncrypt(rsa.privateKey, Buffer.from('u')); return [c.privateDecrypt(rsa.privateKey, e), c.privateDecrypt({ key: rsa.privateKey, oaepHash: 'sha256' }, o), c.publicDecrypt(rsa.publicKey, p)]`,
  ],
  [
    'encrypted PEM',
    `${RSA_PAIR} const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'pw' }); out(pem.split('\\n')[0], c.createPrivateKey({ key: pem, passphrase: 'pw' }).type); try { c.createPrivateKey({ key: pem, passphrase: 'no' }) } catch (e) { out(e.name) } try { c.createPrivateKey(pem) } catch (e) { out(e.name, e.code) }`,
  ],
  [
    'ECDH and diffieHellman',
    "const c = require('crypto'); const a = c.createECDH('prime256v1'), b = c.createECDH('prime256v1'); a.generateKeys(); b.generateKeys(); const x = c.generateKeyPairSync('x25519'), y = c.generateKeyPairSync('x25519'); return [a.computeSecret(b.getPublicKey()).equals(b.computeSecret(a.getPublicKey())), a.getPublicKey('hex').length, a.getPublicKey('hex', 'compressed').length, c.diffieHellman({ privateKey: x.privateKey, publicKey: y.publicKey }).equals(c.diffieHellman({ privateKey: y.privateKey, publicKey: x.publicKey }))]",
  ],
  [
    'lists and constants',
    "const c = require('crypto'); return [c.getHashes().includes('sha256'), c.getCiphers().includes('aes-256-gcm'), c.getCurves().includes('prime256v1'), c.constants.RSA_PKCS1_PADDING, c.getCipherInfo('aes-128-cbc'), c.hash?.('sha1', 'x')]",
  ],
  [
    'webcrypto digest and random',
    "const a = new Uint8Array(8); return [crypto.getRandomValues(a) === a, crypto.randomUUID().length, Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('x'))).toString('hex'), Buffer.from(await crypto.subtle.digest({ name: 'SHA-1' }, Buffer.from('x'))).toString('hex'), require('crypto').webcrypto.subtle === crypto.subtle]",
  ],
  [
    'webcrypto HMAC',
    "const k = await crypto.subtle.importKey('raw', Buffer.from('key'), { name: 'HMAC', hash: 'SHA-256' }, true, ['sign', 'verify']); const s = await crypto.subtle.sign('HMAC', k, Buffer.from('d')); return [Buffer.from(s).toString('hex'), await crypto.subtle.verify('HMAC', k, s, Buffer.from('d')), await crypto.subtle.verify('HMAC', k, s, Buffer.from('e')), k.type, k.extractable, k.algorithm, k.usages, await crypto.subtle.exportKey('jwk', k), Buffer.from(await crypto.subtle.exportKey('raw', k))]",
  ],
  [
    'webcrypto AES',
    "const k = await crypto.subtle.importKey('raw', Buffer.alloc(16, 1), 'AES-GCM', true, ['encrypt', 'decrypt']); const iv = Buffer.alloc(12); const e = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: Buffer.from('a') }, k, Buffer.from('msg')); const b = await crypto.subtle.generateKey({ name: 'AES-CBC', length: 256 }, true, ['encrypt', 'decrypt']); const f = await crypto.subtle.encrypt({ name: 'AES-CBC', iv: Buffer.alloc(16) }, b, Buffer.from('cbc')); return [Buffer.from(e).toString('hex'), Buffer.from(await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: Buffer.from('a') }, k, e)).toString(), Buffer.from(await crypto.subtle.decrypt({ name: 'AES-CBC', iv: Buffer.alloc(16) }, b, f)).toString(), await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, k, e).catch((x) => x.name)]",
  ],
  [
    'webcrypto RSA',
    "const g = await crypto.subtle.generateKey({ name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, true, ['sign', 'verify']); const s = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', g.privateKey, Buffer.from('x')); const jwk = await crypto.subtle.exportKey('jwk', g.publicKey); const p = await crypto.subtle.importKey('jwk', jwk, { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['verify']); return [s.byteLength, await crypto.subtle.verify('RSASSA-PKCS1-v1_5', p, s, Buffer.from('x')), jwk.alg, jwk.kty, jwk.key_ops, g.publicKey.algorithm.name, g.publicKey.algorithm.modulusLength, await crypto.subtle.exportKey('spki', p).catch((e) => e.name)]",
  ],
  [
    'webcrypto ECDSA and Ed25519',
    "const g = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']); const alg = { name: 'ECDSA', hash: 'SHA-256' }; const s = await crypto.subtle.sign(alg, g.privateKey, Buffer.from('x')); const raw = await crypto.subtle.exportKey('raw', g.publicKey); const p = await crypto.subtle.importKey('raw', raw, { name: 'ECDSA', namedCurve: 'P-256' }, true, ['verify']); const e = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']); const t = await crypto.subtle.sign('Ed25519', e.privateKey, Buffer.from('m')); return [s.byteLength, raw.byteLength, await crypto.subtle.verify(alg, p, s, Buffer.from('x')), t.byteLength, await crypto.subtle.verify('Ed25519', e.publicKey, t, Buffer.from('m')), (await crypto.subtle.exportKey('pkcs8', e.privateKey)).byteLength]",
  ],
  [
    'webcrypto derive',
    "const k = await crypto.subtle.importKey('raw', Buffer.from('pw'), 'PBKDF2', false, ['deriveBits', 'deriveKey']); const b = await crypto.subtle.deriveBits({ name: 'PBKDF2', salt: Buffer.from('s'), iterations: 10, hash: 'SHA-256' }, k, 128); const d = await crypto.subtle.deriveKey({ name: 'PBKDF2', salt: Buffer.from('s'), iterations: 10, hash: 'SHA-256' }, k, { name: 'AES-GCM', length: 256 }, true, ['encrypt']); const h = await crypto.subtle.importKey('raw', Buffer.from('ikm'), 'HKDF', false, ['deriveBits']); const hb = await crypto.subtle.deriveBits({ name: 'HKDF', salt: Buffer.from('s'), info: Buffer.from('i'), hash: 'SHA-256' }, h, 80); return [Buffer.from(b).toString('hex'), Buffer.from(await crypto.subtle.exportKey('raw', d)).toString('hex'), Buffer.from(hb).toString('hex')]",
  ],
  [
    'webcrypto RSA-OAEP',
    "const g = await crypto.subtle.generateKey({ name: 'RSA-OAEP', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, true, ['encrypt', 'decrypt']); const e = await crypto.subtle.encrypt({ name: 'RSA-OAEP' }, g.publicKey, Buffer.from('s')); return Buffer.from(await crypto.subtle.decrypt({ name: 'RSA-OAEP' }, g.privateKey, e)).toString()",
  ],
  [
    'webcrypto refuses',
    "for (const f of [() => crypto.subtle.digest('nope', new Uint8Array()), () => crypto.subtle.importKey('raw', Buffer.from('k'), { name: 'HMAC', hash: 'SHA-256' }, true, []), async () => { const k = await crypto.subtle.importKey('raw', Buffer.from('k'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']); return crypto.subtle.verify('HMAC', k, new Uint8Array(1), new Uint8Array(1)) }, async () => { const k = await crypto.subtle.importKey('raw', Buffer.from('k'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']); return crypto.subtle.exportKey('raw', k) }]) { try { await f(); out('no error') } catch (e) { out(e.name) } }",
  ],
  [
    'zlib round trips',
    "const z = require('zlib'); const t = 'hello world '.repeat(20); return [z.gunzipSync(z.gzipSync(t)).toString() === t, z.inflateSync(z.deflateSync(t)).toString() === t, z.inflateRawSync(z.deflateRawSync(t)).toString() === t, z.brotliDecompressSync(z.brotliCompressSync(t)).toString() === t, z.unzipSync(z.gzipSync(t)).toString() === t, z.zstdDecompressSync(z.zstdCompressSync(t)).toString() === t]",
  ],
  [
    'zlib bytes',
    "const z = require('zlib'); return [z.deflateSync('abc', { level: 9 }), z.gzipSync(Buffer.from('abc')).subarray(10), z.brotliCompressSync('abc', { params: { [z.constants.BROTLI_PARAM_QUALITY]: 4 } }), z.crc32?.('hello'), z.constants.Z_BEST_COMPRESSION, z.constants.BROTLI_OPERATION_FLUSH]",
  ],
  [
    'zlib callbacks and promises',
    "const z = require('zlib'); const { promisify } = require('util'); const b = await promisify(z.gzip)('x'.repeat(50)); return [String(await promisify(z.gunzip)(b)).length, await new Promise((r) => z.inflate(Buffer.from('bad'), (e) => r([e.code, e.errno, e.message]))), await promisify(z.brotliDecompress)(await promisify(z.brotliCompress)('q', {})).then(String)]",
  ],
  [
    'zlib streams',
    "const z = require('zlib'); const { Readable, promises } = require('stream'); const got = []; await promises.pipeline(Readable.from([Buffer.from('a'.repeat(100)), Buffer.from('b')]), z.createGzip(), z.createGunzip(), async (s) => { for await (const c of s) got.push(c) }); const bad = z.createGunzip(); const p = new Promise((r) => bad.on('error', (e) => r(e.code))); bad.end('nope'); return [Buffer.concat(got).toString(), await p, z.createGzip() instanceof z.Gzip]",
  ],
  [
    'zlib errors',
    "const z = require('zlib'); for (const f of [() => z.gunzipSync('nope'), () => z.inflateSync(Buffer.alloc(0)), () => z.gunzipSync(z.gzipSync('x'.repeat(1000)), { maxOutputLength: 10 }), () => z.gzipSync(5), () => z.brotliDecompressSync('zzz')]) { try { f(); out('no error') } catch (e) { out(e.name, e.code, e.errno, e.message) } }",
  ],
];
