import { bytesArgument, type OperationTable, ownBytes, textArgument } from './own-bytes.ts';

const encoder = new TextEncoder();
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

function decode([encoding, bytes, fatal, ignoreBOM]: readonly unknown[]): string {
  const options = { fatal: fatal === true, ignoreBOM: ignoreBOM === true };
  return new TextDecoder(textArgument(encoding), options).decode(bytesArgument(bytes));
}

function encodingName([label]: readonly unknown[]): string | undefined {
  try {
    return new TextDecoder(textArgument(label)).encoding;
  } catch {
    return undefined;
  }
}

/** Text conversions: V8 alone has none. */
export const TEXT_OPERATIONS: OperationTable = {
  'utf8.decode': ([bytes]) => utf8.decode(bytesArgument(bytes)),
  'utf8.encode': ([text]) => ownBytes(encoder.encode(textArgument(text))),
  'text.decode': decode,
  'text.encoding': encodingName,
};
