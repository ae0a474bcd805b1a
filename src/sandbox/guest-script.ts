import ivm from 'isolated-vm';

/**
 * The ways into a guest. References: they belong to the host and are not reachable from code
 * inside.
 */
export interface GuestEntries {
  readonly configure: ivm.Reference;
  readonly load: ivm.Reference;
  readonly loadNamespace: ivm.Reference;
  readonly invoke: ivm.Reference;
  readonly deliver: ivm.Reference;
  readonly poll: ivm.Reference;
  readonly builtinExportNames: ivm.Reference;
  readonly requireBuiltin: ivm.Reference;
}

const ENTRY_NAMES = [
  'configure',
  'load',
  'loadNamespace',
  'invoke',
  'deliver',
  'poll',
  'builtinExportNames',
  'requireBuiltin',
] as const satisfies readonly (keyof GuestEntries)[];

/** File name of the guest script in stack traces; frames from it are not the function's. */
const GUEST_FILENAME = 'isoedge:guest';

/**
 * The guest script: the Node world that user code finds inside an isolate. Compiled once per host;
 * further isolates take its bytecode. The bytecode is machine-dependent code and therefore only
 * ever comes from ourselves (field-notes: CVE-2022-39266).
 */
export class GuestScript {
  readonly #text: string;
  #cachedData: ivm.ExternalCopy<ArrayBuffer> | undefined;

  constructor(text: string, cachedData: Uint8Array<ArrayBuffer> | undefined) {
    this.#text = text;
    if (cachedData !== undefined && cachedData.byteLength > 0) {
      this.#cachedData = new ivm.ExternalCopy(cachedData.buffer);
    }
  }

  /**
   * Compiles once, before any user code has run in this process, and gives the bytecode for other
   * hosts. Empty when bytecode was given: then there is nothing to do.
   */
  warm(): Uint8Array {
    if (this.#cachedData !== undefined) return new Uint8Array(0);
    const isolate = new ivm.Isolate({ memoryLimit: 64 });
    const bytecode = cachedDataOf(this.#compile(isolate))?.copy();
    isolate.dispose();
    return bytecode === undefined ? new Uint8Array(0) : new Uint8Array(bytecode);
  }

  /** Runs the guest script in a new context and takes its entries out of the reach of user code. */
  install(isolate: ivm.Isolate, context: ivm.Context, hostCall: ivm.Callback): GuestEntries {
    const script = this.#compile(isolate);
    script.runSync(context, { release: true });
    const boot = context.global.getSync('__isoedge', { reference: true });
    context.global.deleteSync('__isoedge');
    boot.applySync(undefined, [hostCall]);
    boot.release();
    const entries = context.global.getSync('__entries', { reference: true });
    context.global.deleteSync('__entries');
    const taken = ENTRY_NAMES.map((name) => [name, entries.getSync(name, { reference: true })]);
    entries.release();
    return Object.fromEntries(taken) as GuestEntries;
  }

  #compile(isolate: ivm.Isolate): ivm.Script {
    const cachedData = this.#cachedData;
    if (cachedData !== undefined) {
      return isolate.compileScriptSync(this.#text, { filename: GUEST_FILENAME, cachedData });
    }
    const script = isolate.compileScriptSync(this.#text, {
      filename: GUEST_FILENAME,
      produceCachedData: true,
    });
    this.#cachedData = cachedDataOf(script);
    return script;
  }
}

/**
 * The bytecode of a script that was compiled with `produceCachedData`. isolated-vm's types do not
 * name the member.
 */
export function cachedDataOf(script: ivm.Script): ivm.ExternalCopy<ArrayBuffer> | undefined {
  return (script as { readonly cachedData?: ivm.ExternalCopy<ArrayBuffer> }).cachedData;
}
