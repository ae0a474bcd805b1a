import { LRUCache } from 'lru-cache';
import { sameSelection } from '../../http/vary.ts';
import type { StoredResponse } from '../stored-response.ts';
import { type CacheStore, isPurged, type PurgeSelector } from './cache-store.ts';

/** What one stored response costs beside its strings and content: objects, list cells, LRU links. Measured: 60,000 responses of 1 KB grew the process by 2.3 KB each. */
const RESPONSE_OVERHEAD_BYTES = 960;
/** Header of one string in V8 and the pointer to it. */
const STRING_OVERHEAD_BYTES = 24;

/** Limits of a memory store. */
export interface MemoryStoreOptions {
  /** Keys, fields and contents together. */
  readonly maxBytes: number;
  /** Most variants under one key; the oldest goes first. Default 64. */
  readonly maxVariants?: number;
}

function stringBytes(text: string): number {
  return text.length + STRING_OVERHEAD_BYTES;
}

/** What a stored response counts in a memory store, in bytes. */
export function storedBytes(stored: StoredResponse): number {
  let bytes = RESPONSE_OVERHEAD_BYTES + stored.content.byteLength;
  bytes += stringBytes(stored.key.text) + stringBytes(stored.key.target);
  for (const text of stored.fields) bytes += stringBytes(text);
  for (const [name, value] of stored.selection)
    bytes += stringBytes(name) + stringBytes(value ?? '');
  return bytes;
}

function totalBytes(variants: readonly StoredResponse[]): number {
  return variants.reduce((bytes, stored) => bytes + storedBytes(stored), 0);
}

/** Stored responses in the memory of this process: least recently used keys go first when it is full. */
export class MemoryStore implements CacheStore {
  readonly #maxBytes: number;
  readonly #maxVariants: number;
  readonly #entries: LRUCache<string, readonly StoredResponse[]>;

  constructor(options: MemoryStoreOptions) {
    this.#maxBytes = options.maxBytes;
    this.#maxVariants = options.maxVariants ?? 64;
    this.#entries = new LRUCache({ maxSize: options.maxBytes, sizeCalculation: totalBytes });
  }

  get bytes(): number {
    return this.#entries.calculatedSize;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(keyText: string): readonly StoredResponse[] | undefined {
    return this.#entries.get(keyText);
  }

  put(stored: StoredResponse): boolean {
    if (storedBytes(stored) > this.#maxBytes) {
      // What it would have replaced is out of date all the same.
      this.#set(stored.key.text, this.#others(stored));
      return false;
    }
    const variants = [stored, ...this.#others(stored)].slice(0, this.#maxVariants);
    while (totalBytes(variants) > this.#maxBytes) variants.pop();
    this.#set(stored.key.text, variants);
    return true;
  }

  replace(previous: StoredResponse, next: StoredResponse): boolean {
    if (!this.#has(previous)) return false;
    this.remove(previous);
    return this.put(next);
  }

  remove(stored: StoredResponse): boolean {
    if (!this.#has(stored)) return false;
    const variants = this.#entries.peek(stored.key.text) ?? [];
    this.#set(
      stored.key.text,
      variants.filter((variant) => variant !== stored),
    );
    return true;
  }

  delete(keyText: string): boolean {
    return this.#entries.delete(keyText);
  }

  purge(selector: PurgeSelector): number {
    let removed = 0;
    // A list of its own: the entries change underway.
    const keyTexts = [...this.#entries.keys()];
    for (const keyText of keyTexts) {
      const variants = this.#entries.peek(keyText) ?? [];
      // Variants of one key may come from different hosts when the host is not in the key.
      const kept = variants.filter(({ key }) => !isPurged(selector, key));
      removed += variants.length - kept.length;
      if (kept.length < variants.length) this.#set(keyText, kept);
    }
    return removed;
  }

  dispose(): void {
    this.#entries.clear();
  }

  #has(stored: StoredResponse): boolean {
    return this.#entries.peek(stored.key.text)?.includes(stored) === true;
  }

  #others(stored: StoredResponse): readonly StoredResponse[] {
    const variants = this.#entries.peek(stored.key.text) ?? [];
    return variants.filter((variant) => !sameSelection(variant.selection, stored.selection));
  }

  #set(keyText: string, variants: readonly StoredResponse[]): void {
    if (variants.length === 0) this.#entries.delete(keyText);
    else this.#entries.set(keyText, variants);
  }
}
