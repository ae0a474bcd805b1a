import zlib from 'node:zlib';
import { OPERATION_LIMITS } from './limits.ts';
import {
  bytesArgument,
  type Operation,
  type OperationTable,
  ownBytes,
  recordArgument,
} from './own-bytes.ts';

type Convert = (bytes: Uint8Array, options: zlib.ZlibOptions & zlib.BrotliOptions) => Uint8Array;

const CONVERSIONS: Readonly<Record<string, Convert>> = {
  gzip: zlib.gzipSync,
  gunzip: zlib.gunzipSync,
  deflate: zlib.deflateSync,
  inflate: zlib.inflateSync,
  deflateRaw: zlib.deflateRawSync,
  inflateRaw: zlib.inflateRawSync,
  unzip: zlib.unzipSync,
  brotliCompress: zlib.brotliCompressSync,
  brotliDecompress: zlib.brotliDecompressSync,
  zstdCompress: zlib.zstdCompressSync as Convert,
  zstdDecompress: zlib.zstdDecompressSync as Convert,
};

/**
 * Options that change the result. Buffers of Node's own bookkeeping are not the function's to size.
 */
const PASSED = ['level', 'memLevel', 'strategy', 'windowBits', 'finishFlush', 'flush', 'params'];

function optionsOf(given: Record<string, unknown>, largestBytes: number): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const name of PASSED) if (given[name] !== undefined) options[name] = given[name];
  if (given['dictionary'] instanceof Uint8Array) options['dictionary'] = given['dictionary'];
  const wanted = given['maxOutputLength'];
  options['maxOutputLength'] =
    typeof wanted === 'number' && wanted > 0 ? Math.min(wanted, largestBytes) : largestBytes;
  return options;
}

/** Compression by Node's zlib. `memoryLimitBytes` bounds the output beside the general limit. */
export function zlibOperations(memoryLimitBytes: number): OperationTable {
  const largestBytes = Math.min(OPERATION_LIMITS.zlibBytes, memoryLimitBytes);
  const table: Record<string, Operation> = {};
  for (const [name, convert] of Object.entries(CONVERSIONS)) {
    table[`zlib.${name}`] = ([bytes, options]) =>
      ownBytes(convert(bytesArgument(bytes), optionsOf(recordArgument(options), largestBytes)));
  }
  table['zlib.crc32'] = ([bytes, start]) =>
    zlib.crc32(bytesArgument(bytes), typeof start === 'number' ? start : 0);
  table['zlib.constants'] = () => ({ ...zlib.constants });
  return table;
}
