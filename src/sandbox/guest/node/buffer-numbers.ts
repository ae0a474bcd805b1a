import { invalidArgType, nodeError, outOfRange } from '../core/node-error.ts';

/** The read… and write… methods of Buffer. */

type Method = (this: Uint8Array, ...args: never[]) => unknown;

const float32 = new Float32Array(1);
const float64 = new Float64Array(1);
const float32Bytes = new Uint8Array(float32.buffer);
const float64Bytes = new Uint8Array(float64.buffer);

function checkOffset(bytes: Uint8Array, offset: unknown, size: number): asserts offset is number {
  if (typeof offset !== 'number') throw invalidArgType('offset', 'of type number', offset);
  const last = bytes.length - size;
  if (offset >= 0 && offset <= last && Number.isInteger(offset)) return;
  if (!Number.isInteger(offset)) throw outOfRange('offset', 'an integer', offset);
  if (last < 0) {
    throw nodeError(
      RangeError,
      'ERR_BUFFER_OUT_OF_BOUNDS',
      'Attempt to access memory outside buffer bounds',
    );
  }
  throw outOfRange('offset', `>= 0 and <= ${last}`, offset);
}

function readUnsigned(bytes: Uint8Array, offset: number, size: number, isLittle: boolean): number {
  let value = 0;
  for (let i = 0; i < size; i += 1) {
    value = value * 256 + (bytes[isLittle ? offset + size - 1 - i : offset + i] ?? 0);
  }
  return value;
}

function signed(value: number, size: number): number {
  const half = 2 ** (8 * size - 1);
  return value >= half ? value - 2 * half : value;
}

interface Place {
  readonly offset: number;
  readonly size: number;
  readonly isLittle: boolean;
}

function putBytes(bytes: Uint8Array, value: number, { offset, size, isLittle }: Place): void {
  let rest = value < 0 ? value + 2 ** (8 * size) : value;
  for (let i = 0; i < size; i += 1) {
    bytes[isLittle ? offset + i : offset + size - 1 - i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

function checkValue(value: number, size: number, isSigned: boolean): void {
  const bits = 8 * size;
  const min = isSigned ? -(2 ** (bits - 1)) : 0;
  const max = isSigned ? 2 ** (bits - 1) - 1 : 2 ** bits - 1;
  if (value <= max && value >= min) return;
  let range = `>= ${min} and <= ${max}`;
  if (size > 4) {
    range = isSigned ? `>= -(2 ** ${bits - 1}) and < 2 ** ${bits - 1}` : `>= 0 and < 2 ** ${bits}`;
  }
  throw outOfRange('value', range, value);
}

function integerMethods(size: number, isSigned: boolean, isLittle: boolean): [Method, Method] {
  const read = function (this: Uint8Array, offset = 0): number {
    checkOffset(this, offset, size);
    const value = readUnsigned(this, offset, size, isLittle);
    return isSigned ? signed(value, size) : value;
  };
  const write = function (this: Uint8Array, given: unknown, offset = 0): number {
    const value = Math.trunc(Number(given));
    checkValue(Number(given), size, isSigned);
    checkOffset(this, offset, size);
    putBytes(this, Number.isNaN(value) ? 0 : value, { offset, size, isLittle });
    return offset + size;
  };
  return [read, write];
}

function checkSize(size: unknown): asserts size is number {
  if (typeof size !== 'number') throw invalidArgType('byteLength', 'of type number', size);
  if (!Number.isInteger(size)) throw outOfRange('byteLength', 'an integer', size);
  if (size < 1 || size > 6) throw outOfRange('byteLength', '>= 1 and <= 6', size);
}

function variableMethods(isSigned: boolean, isLittle: boolean): [Method, Method] {
  const read = function (this: Uint8Array, offset: unknown, size: unknown): number {
    if (offset === undefined) throw invalidArgType('offset', 'of type number', offset);
    checkSize(size);
    checkOffset(this, offset, size);
    const value = readUnsigned(this, offset, size, isLittle);
    return isSigned ? signed(value, size) : value;
  };
  const write = function (
    this: Uint8Array,
    given: unknown,
    offset: unknown,
    size: unknown,
  ): number {
    checkSize(size);
    const value = Number(given);
    checkValue(value, size, isSigned);
    checkOffset(this, offset, size);
    putBytes(this, Math.trunc(value) || 0, { offset, size, isLittle });
    return offset + size;
  };
  return [read, write];
}

function floatMethods(size: 4 | 8, isLittle: boolean): [Method, Method] {
  const [values, scratch] = size === 4 ? [float32, float32Bytes] : [float64, float64Bytes];
  const read = function (this: Uint8Array, offset = 0): number {
    checkOffset(this, offset, size);
    for (let i = 0; i < size; i += 1) scratch[isLittle ? i : size - 1 - i] = this[offset + i] ?? 0;
    return values[0] ?? 0;
  };
  const write = function (this: Uint8Array, value: unknown, offset = 0): number {
    checkOffset(this, offset, size);
    values[0] = Number(value);
    for (let i = 0; i < size; i += 1) this[offset + i] = scratch[isLittle ? i : size - 1 - i] ?? 0;
    return offset + size;
  };
  return [read, write];
}

function bigintMethods(isSigned: boolean, isLittle: boolean): [Method, Method] {
  const read = function (this: Uint8Array, offset = 0): bigint {
    checkOffset(this, offset, 8);
    const low = readUnsigned(this, isLittle ? offset : offset + 4, 4, isLittle);
    const high = readUnsigned(this, isLittle ? offset + 4 : offset, 4, isLittle);
    const value = (BigInt(high) << 32n) | BigInt(low);
    return isSigned ? BigInt.asIntN(64, value) : value;
  };
  const write = function (this: Uint8Array, value: bigint, offset = 0): number {
    if (typeof value !== 'bigint') throw invalidArgType('value', 'of type bigint', value);
    const fits = isSigned
      ? BigInt.asIntN(64, value) === value
      : BigInt.asUintN(64, value) === value;
    if (!fits) {
      const range = isSigned ? '>= -(2n ** 63n) and < 2n ** 63n' : '>= 0n and < 2n ** 64n';
      throw outOfRange('value', range, value);
    }
    checkOffset(this, offset, 8);
    const bits = BigInt.asUintN(64, value);
    putBytes(this, Number(bits & 0xffffffffn), {
      offset: isLittle ? offset : offset + 4,
      size: 4,
      isLittle,
    });
    putBytes(this, Number(bits >> 32n), {
      offset: isLittle ? offset + 4 : offset,
      size: 4,
      isLittle,
    });
    return offset + 8;
  };
  return [read, write];
}

/** All of them by name, with Node's aliases (`readUint16LE`). */
export function numberMethods(): Record<string, Method> {
  const methods: Record<string, Method> = {};
  const put = (name: string, [read, write]: [Method, Method]): void => {
    methods[`read${name}`] = read;
    methods[`write${name}`] = write;
    if (!name.includes('UInt')) return;
    methods[`read${name.replace('UInt', 'Uint')}`] = read;
    methods[`write${name.replace('UInt', 'Uint')}`] = write;
  };
  put('UInt8', integerMethods(1, false, true));
  put('Int8', integerMethods(1, true, true));
  for (const end of ['LE', 'BE']) {
    const isLittle = end === 'LE';
    for (const bits of [16, 32]) {
      put(`UInt${bits}${end}`, integerMethods(bits / 8, false, isLittle));
      put(`Int${bits}${end}`, integerMethods(bits / 8, true, isLittle));
    }
    put(`UInt${end}`, variableMethods(false, isLittle));
    put(`Int${end}`, variableMethods(true, isLittle));
    put(`Float${end}`, floatMethods(4, isLittle));
    put(`Double${end}`, floatMethods(8, isLittle));
    put(`BigUInt64${end}`, bigintMethods(false, isLittle));
    put(`BigInt64${end}`, bigintMethods(true, isLittle));
  }
  return methods;
}
