import type zlib from 'node:zlib';
import { OPERATION_LIMITS } from './limits.ts';
import { node } from './node-modules.ts';
import {
  bytesArgument,
  type Operation,
  type OperationTable,
  ownBytes,
  recordArgument,
} from './own-bytes.ts';

type Convert = (bytes: Uint8Array, options: zlib.ZlibOptions & zlib.BrotliOptions) => Uint8Array;

const CONVERSIONS = {
  gzip: 'gzipSync',
  gunzip: 'gunzipSync',
  deflate: 'deflateSync',
  inflate: 'inflateSync',
  deflateRaw: 'deflateRawSync',
  inflateRaw: 'inflateRawSync',
  unzip: 'unzipSync',
  brotliCompress: 'brotliCompressSync',
  brotliDecompress: 'brotliDecompressSync',
  zstdCompress: 'zstdCompressSync',
  zstdDecompress: 'zstdDecompressSync',
} as const satisfies Readonly<Record<string, keyof typeof zlib>>;

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
  for (const [name, member] of Object.entries(CONVERSIONS)) {
    table[`zlib.${name}`] = ([bytes, options]) => {
      const convert = node.zlib[member] as Convert;
      return ownBytes(
        convert(bytesArgument(bytes), optionsOf(recordArgument(options), largestBytes)),
      );
    };
  }
  table['zlib.crc32'] = ([bytes, start]) =>
    node.zlib.crc32(bytesArgument(bytes), typeof start === 'number' ? start : 0);
  table['zlib.constants'] = () => ({ ...node.zlib.constants });
  return table;
}
