import ivm from 'isolated-vm';
import { guestScript } from '../../../src/function/sandbox-programs.ts';
import { createHostOperations } from '../../../src/sandbox/host-ops/host-operations.ts';
import { decodeResult } from '../../../src/wire/event-codec.ts';

/**
 * A booted guest in an isolate of the test process, driven as the hook host drives it, with
 * everything it reports kept.
 */

export interface Report {
  readonly kind: 'done' | 'error' | 'fatal' | 'exit' | 'rejection';
  readonly value: unknown;
}

export interface GuestLog {
  readonly level: string;
  readonly text: string;
}

/** What a test may fake of the host: asynchronous operations by name. */
export type AsyncOperations = Record<
  string,
  (...args: unknown[]) => readonly unknown[] | Promise<readonly unknown[]>
>;

export interface GuestOptions {
  readonly meta?: Record<string, unknown>;
  readonly operations?: AsyncOperations;
  readonly memoryLimit?: number;
}

interface Entries {
  readonly load: ivm.Reference;
  readonly invoke: ivm.Reference;
  readonly deliver: ivm.Reference;
  readonly poll: ivm.Reference;
}

const LONGEST_WAIT_MS = 2000;

export class Guest {
  readonly isolate: ivm.Isolate;
  readonly context: ivm.Context;
  readonly logs: GuestLog[] = [];
  readonly reports: Report[] = [];
  loaded: 'loaded' | { readonly kind: string; readonly error: unknown } | undefined;
  readonly #entries: Entries;
  readonly #operations: AsyncOperations;
  readonly #deliveries: Promise<void>[] = [];

  constructor(script: string, options: GuestOptions) {
    this.#operations = options.operations ?? {};
    this.isolate = new ivm.Isolate({ memoryLimit: options.memoryLimit ?? 128 });
    this.context = this.isolate.createContextSync();
    const operations = createHostOperations({ memoryLimitBytes: 128 * 2 ** 20 });
    this.isolate
      .compileScriptSync(`${script}\n;undefined`, { filename: 'isoedge:guest' })
      .runSync(this.context);
    const { global } = this.context;
    const boot = global.getSync('__isoedge', { reference: true });
    global.deleteSync('__isoedge');
    boot.applySync(undefined, [
      new ivm.Callback((operation: string, ...args: unknown[]) =>
        this.#hear(operation, args, operations),
      ),
    ]);
    const entries = global.getSync('__entries', { reference: true });
    global.deleteSync('__entries');
    const entry = (name: string): ivm.Reference => entries.getSync(name, { reference: true });
    this.#entries = {
      load: entry('load'),
      invoke: entry('invoke'),
      deliver: entry('deliver'),
      poll: entry('poll'),
    };
  }

  #hear(
    operation: string,
    args: unknown[],
    operations: ReturnType<typeof createHostOperations>,
  ): unknown {
    switch (operation) {
      case 'log':
        this.logs.push({ level: String(args[0]), text: String(args[1]) });
        return undefined;
      case 'loaded':
        this.loaded = 'loaded';
        return undefined;
      case 'loadFailed':
        this.loaded = { kind: String(args[0]), error: JSON.parse(String(args[1])) };
        return undefined;
      case 'done':
        this.reports.push({ kind: 'done', value: decodeResult(String(args[0])) });
        return undefined;
      case 'error':
      case 'fatal':
        this.reports.push({ kind: operation, value: JSON.parse(String(args[0])) });
        return undefined;
      case 'exit':
        this.reports.push({ kind: 'exit', value: args[0] });
        return undefined;
      case 'opCancel':
        return undefined;
      case 'op':
        this.#start(Number(args[0]), String(args[1]), args.slice(2));
        return undefined;
      default:
        return operations.run(operation, args);
    }
  }

  #start(id: number, name: string, args: unknown[]): void {
    const answer = async (): Promise<void> => {
      // The guest must not be entered while it is still running.
      await Promise.resolve();
      try {
        const run = this.#operations[name];
        if (run === undefined) throw new Error(`No fake for the operation ${name}`);
        this.#enter('deliver', [id, true, ...(await run(...args))]);
      } catch (error) {
        const { name: errorName, message, code } = error as Error & { code?: string };
        this.#enter('deliver', [id, false, { hostError: true, name: errorName, message, code }]);
      }
    };
    this.#deliveries.push(answer());
  }

  #enter(entry: keyof Entries, args: readonly unknown[]): unknown {
    try {
      const copied = args.map((arg) =>
        typeof arg === 'object' && arg !== null && !(arg instanceof ivm.Reference)
          ? new ivm.ExternalCopy(arg).copyInto()
          : arg,
      );
      return this.#entries[entry].applySync(undefined, copied, { timeout: 5000 });
    } catch (error) {
      this.reports.push({ kind: 'rejection', value: error });
      return undefined;
    }
  }

  /** Runs a CommonJS program and reports into `loaded`. */
  load(program: string, meta: Record<string, unknown> = {}): void {
    const wrapper = this.isolate
      .compileScriptSync(
        `(function (exports, require, module, __filename, __dirname) {${program}\n})`,
        {
          filename: 'file:///var/task/index.js',
        },
      )
      .runSync(this.context, { reference: true });
    const all = { format: 'cjs', name: 'test', exportPath: ['handler'], ...meta };
    try {
      this.#entries.load.applySync(undefined, [wrapper.derefInto(), JSON.stringify(all)]);
    } catch (error) {
      this.loaded = { kind: 'rejection', error };
    }
  }

  /** Invokes the handler and turns the loop until something is reported. */
  async invoke(event: unknown, context: object = {}): Promise<Report> {
    this.reports.length = 0;
    const facts = { awsRequestId: 'id-1', deadlineAt: Date.now() + 5000, ...context };
    return this.invokeText(`J${JSON.stringify(event)}`, JSON.stringify(facts));
  }

  /** The same with the texts that the hook host sends. */
  async invokeText(eventText: string, contextText: string): Promise<Report> {
    this.reports.length = 0;
    this.#enter('invoke', [eventText, contextText]);
    return this.untilReport();
  }

  async untilReport(): Promise<Report> {
    const giveUpAt = Date.now() + LONGEST_WAIT_MS * 5;
    for (;;) {
      const [report] = this.reports;
      if (report !== undefined) return report;
      if (Date.now() > giveUpAt) throw new Error('The guest reported nothing in time');
      const waitMs = this.#enter('poll', [Date.now()]) as number;
      if (this.reports.length === 0 && waitMs !== 0) await this.#pause(waitMs);
    }
  }

  async #pause(waitMs: number): Promise<void> {
    const deliveries = this.#deliveries.splice(0);
    if (waitMs === Number.POSITIVE_INFINITY && deliveries.length > 0) {
      await Promise.race(deliveries);
      this.#deliveries.push(...deliveries);
      return;
    }
    this.#deliveries.push(...deliveries);
    if (waitMs === -1) throw new Error('The loop is empty and nothing was reported');
    await new Promise((resolve) => setTimeout(resolve, Math.min(waitMs, LONGEST_WAIT_MS)));
  }

  dispose(): void {
    if (!this.isolate.isDisposed) this.isolate.dispose();
  }
}

/** Boots a guest and loads a program into it. */
export async function startGuest(program: string, options: GuestOptions = {}): Promise<Guest> {
  const guest = new Guest(await guestScript(), options);
  guest.load(program, options.meta);
  return guest;
}
