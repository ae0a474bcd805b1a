import { askHost } from '../core/host.ts';
import { addTick } from '../core/loop.ts';
import { notSupported } from '../core/node-error.ts';
import { type Emitter, EventEmitter } from './events.ts';
import { ClientRequest, type RequestOptions, requestOptions } from './http-client.ts';
import { IncomingMessage, OutgoingMessage, ServerResponse } from './http-message.ts';

/** The http and https modules: clients over the broker; servers that nobody reaches. */

type Callback = (response: unknown) => void;

/** Agents keep their settings for those who read them; connections are the broker's. */
export class Agent extends EventEmitter {
  readonly options: Record<string, unknown>;
  readonly keepAlive: boolean;
  readonly maxSockets: number;
  readonly maxFreeSockets: number;
  readonly maxTotalSockets = Number.POSITIVE_INFINITY;
  readonly keepAliveMsecs: number;
  readonly scheduling = 'lifo';
  defaultPort = 80;
  protocol = 'http:';
  readonly requests = {};
  readonly sockets = {};
  readonly freeSockets = {};

  constructor(options: Record<string, unknown> = {}) {
    super();
    this.options = { path: null, noDelay: true, ...options };
    this.keepAlive = Boolean(options['keepAlive']);
    this.keepAliveMsecs = Number(options['keepAliveMsecs'] ?? 1000);
    this.maxSockets = Number(options['maxSockets'] ?? Number.POSITIVE_INFINITY);
    this.maxFreeSockets = Number(options['maxFreeSockets'] ?? 256);
  }

  createConnection(): never {
    throw notSupported('Agent.createConnection()');
  }

  getName({
    host = 'localhost',
    port = '',
    localAddress = '',
  }: Record<string, unknown> = {}): string {
    return `${String(host)}:${String(port)}:${String(localAddress)}`;
  }

  keepSocketAlive(): boolean {
    return true;
  }

  reuseSocket(): void {}

  destroy(): void {}
}

class SecureAgent extends Agent {
  override defaultPort = 443;
  override protocol = 'https:';
}
Object.defineProperty(SecureAgent, 'name', { value: 'Agent' });

/**
 * A server that nobody can connect to. It seems to listen, since files that hold a function may
 * start a server for development too, and it holds no invocation open.
 */
class Server extends EventEmitter {
  listening = false;

  listen(...args: readonly unknown[]): this {
    this.listening = true;
    const listener = args.find((arg) => typeof arg === 'function');
    if (listener !== undefined) this.once('listening', listener as () => void);
    addTick(() => this.emit('listening'), []);
    return this;
  }

  close(callback?: () => void): this {
    this.listening = false;
    callback?.();
    return this;
  }

  address(): null {
    return null;
  }

  setTimeout(): this {
    return this;
  }
}

interface Tables {
  readonly methods: string[];
  readonly statusCodes: Record<string, string>;
}

let tables: Tables | undefined;

function allTables(): Tables {
  tables ??= askHost('http.tables') as Tables;
  return tables;
}

function callableAgent<T extends new (...args: never[]) => object>(Class: T): T {
  return new Proxy(Class, {
    apply: (target, self, args) =>
      // Old packages inherit with Agent.call(this, options).
      typeof self === 'object' && self !== null
        ? Object.assign(self, Reflect.construct(target, args) as object)
        : (Reflect.construct(target, args) as object),
  });
}

function makeModule(
  protocol: 'http:' | 'https:',
  AgentClass: typeof Agent,
): Record<string, unknown> {
  const CallableAgent = callableAgent(AgentClass);
  const globalAgent = new AgentClass({ keepAlive: true, scheduling: 'lifo', timeout: 5000 });
  const request = (...args: unknown[]): ClientRequest => {
    const callback = typeof args.at(-1) === 'function' ? (args.pop() as Callback) : undefined;
    const options: RequestOptions = requestOptions(args, protocol);
    return new ClientRequest({ ...options, agent: options.agent ?? globalAgent }, callback);
  };
  return {
    Agent: CallableAgent,
    globalAgent,
    ClientRequest,
    IncomingMessage,
    OutgoingMessage,
    ServerResponse,
    Server,
    request,
    get: (...args: unknown[]): ClientRequest => {
      const made = request(...args);
      (made as unknown as { end(): void }).end();
      return made;
    },
    createServer: (): Emitter => new Server(),
    maxHeaderSize: 16_384,
    validateHeaderName: () => undefined,
    validateHeaderValue: () => undefined,
    setMaxIdleHTTPParsers: () => undefined,
    get METHODS(): string[] {
      return allTables().methods;
    },
    get STATUS_CODES(): Record<string, string> {
      return allTables().statusCodes;
    },
  };
}

export const http = makeModule('http:', Agent);
export const https = makeModule('https:', SecureAgent);
