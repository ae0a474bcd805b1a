import { publish } from '../core/publish.ts';
import { decodeUtf8, encodeUtf8 } from '../core/utf8.ts';
import type * as nodeBufferModule from '../node/buffer.ts';
import { joinBytes } from '../node/crypto-bytes.ts';
import { takeRandom } from '../node/crypto-random.ts';
import { Blob, bytesOfBlob, File } from './blob.ts';

export type FormValue = string | File;

function valueOf(value: unknown, filename?: string): FormValue {
  if (!(value instanceof Blob)) return String(value).toWellFormed();
  if (value instanceof File && filename === undefined) return value;
  return new File([value], filename ?? 'blob', { type: value.type });
}

export class FormData {
  #entries: [string, FormValue][] = [];

  append(name: unknown, value: unknown, filename?: string): void {
    this.#entries.push([String(name).toWellFormed(), valueOf(value, filename)]);
  }

  delete(name: unknown): void {
    this.#entries = this.#entries.filter(([each]) => each !== String(name));
  }

  get(name: unknown): FormValue | null {
    return this.#entries.find(([each]) => each === String(name))?.[1] ?? null;
  }

  getAll(name: unknown): FormValue[] {
    return this.#entries.filter(([each]) => each === String(name)).map(([, value]) => value);
  }

  has(name: unknown): boolean {
    return this.#entries.some(([each]) => each === String(name));
  }

  set(name: unknown, value: unknown, filename?: string): void {
    const index = this.#entries.findIndex(([each]) => each === String(name));
    if (index < 0) {
      this.append(name, value, filename);
      return;
    }
    this.#entries = this.#entries.filter(([each], i) => i <= index || each !== String(name));
    this.#entries[index] = [String(name), valueOf(value, filename)];
  }

  forEach(callback: (value: FormValue, name: string, form: this) => void, self?: unknown): void {
    for (const [name, value] of this.#entries) Reflect.apply(callback, self, [value, name, this]);
  }

  *entries(): Generator<[string, FormValue], void> {
    yield* this.#entries;
  }

  *keys(): Generator<string, void> {
    for (const [name] of this.#entries) yield name;
  }

  *values(): Generator<FormValue, void> {
    for (const [, value] of this.#entries) yield value;
  }

  [Symbol.iterator](): Generator<[string, FormValue], void> {
    return this.entries();
  }
}
publish('FormData', FormData);

function escapeName(name: string): string {
  return name.replace(/\r\n|\r|\n/g, '%0D%0A').replaceAll('"', '%22');
}

/** Writes multipart/form-data (RFC 7578). */
export function encodeForm(form: FormData): { bytes: Uint8Array; contentType: string } {
  const id = Array.from(takeRandom(8), (byte) => byte.toString().padStart(3, '0'))
    .join('')
    .slice(0, 12);
  const boundary = `----formdata-isoedge-0${id}`;
  const chunks: Uint8Array[] = [];
  for (const [name, value] of form.entries()) {
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${escapeName(name)}"`;
    if (typeof value === 'string') {
      chunks.push(encodeUtf8(`${head}\r\n\r\n${value.replace(/\r?\n|\r/g, '\r\n')}\r\n`));
    } else {
      const type = value.type === '' ? 'application/octet-stream' : value.type;
      chunks.push(
        encodeUtf8(
          `${head}; filename="${escapeName(value.name)}"\r\nContent-Type: ${type}\r\n\r\n`,
        ),
      );
      chunks.push(bytesOfBlob(value), encodeUtf8('\r\n'));
    }
  }
  chunks.push(encodeUtf8(`--${boundary}--\r\n`));
  return { bytes: joinBytes(chunks), contentType: `multipart/form-data; boundary=${boundary}` };
}

function unescapeName(name: string): string {
  return name.replaceAll('%0D%0A', '\r\n').replaceAll('%22', '"');
}

/** Reads multipart/form-data; text stays as it was sent. */
export function decodeForm(bytes: Uint8Array, boundary: string): FormData {
  const { Buffer } = require('../node/buffer.ts') as typeof nodeBufferModule;
  const text = Buffer.from(bytes).toString('latin1');
  const form = new FormData();
  for (const part of text.split(`--${boundary}`).slice(1, -1)) {
    const at = part.indexOf('\r\n\r\n');
    if (at < 0) throw new TypeError('Failed to parse body as FormData.');
    const head = decodeUtf8(Buffer.from(part.slice(0, at), 'latin1'));
    const body = Buffer.from(part.slice(at + 4, -2), 'latin1');
    const name = /name="([^"]*)"/i.exec(head)?.[1];
    if (name === undefined) throw new TypeError('Failed to parse body as FormData.');
    const filename = /filename="([^"]*)"/i.exec(head)?.[1];
    if (filename === undefined) form.append(unescapeName(name), decodeUtf8(body));
    else {
      const type = /content-type:\s*([^\r\n]+)/i.exec(head)?.[1] ?? 'application/octet-stream';
      form.append(unescapeName(name), new File([body], unescapeName(filename), { type }));
    }
  }
  return form;
}
