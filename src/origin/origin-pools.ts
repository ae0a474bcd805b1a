import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { getCACertificates } from 'node:tls';
import { buildConnector, Pool } from 'undici';
import { EdgeError } from '../base/edge-error.ts';
import type { OriginTarget } from './origin-message.ts';

interface PoolsOptions {
  readonly maxPools: number;
  readonly maxHeaderBytes: number;
}

function poolKey(target: OriginTarget): string {
  const { protocol, hostname, port, connectTimeoutMs, keepAliveTimeoutMs, maxConnections } = target;
  const timeouts = `${connectTimeoutMs} ${keepAliveTimeoutMs} ${maxConnections}`;
  return `${protocol} ${hostname} ${port} ${timeouts} ${target.caFile ?? ''}`;
}

function trustedCertificates(caFile: string): string[] {
  try {
    return [...getCACertificates('default'), readFileSync(caFile, 'utf8')];
  } catch (cause) {
    throw new EdgeError('EDGE_ORIGIN_TLS', `Cannot read caFile "${caFile}"`, { cause });
  }
}

/**
 * The connector of a pool. The name sent in SNI and checked in the certificate is the origin's own, whatever Host is
 * forwarded. Differs: CloudFront sends the forwarded Host, if there is one (CloudFront developer guide); behind a reverse proxy
 * the origin's certificate rarely has the viewer's name.
 */
function connectorFor(target: OriginTarget): buildConnector.connector {
  const connect = buildConnector({
    timeout: target.connectTimeoutMs,
    allowH2: false,
    autoSelectFamily: true,
    ...(target.caFile === undefined ? {} : { ca: trustedCertificates(target.caFile) }),
  });
  // RFC 6066 §3: an address is not a server name.
  const isAddress = isIP(target.hostname) !== 0;
  return (options, callback) => {
    connect({ ...options, servername: isAddress ? '' : target.hostname }, callback);
  };
}

function openPool(target: OriginTarget, maxHeaderBytes: number): Pool {
  const host = isIP(target.hostname) === 6 ? `[${target.hostname}]` : target.hostname;
  return new Pool(`${target.protocol}://${host}:${target.port}`, {
    connect: connectorFor(target),
    connections: target.maxConnections,
    pipelining: 1,
    maxHeaderSize: maxHeaderBytes,
    keepAliveTimeout: target.keepAliveTimeoutMs,
    keepAliveMaxTimeout: target.keepAliveTimeoutMs,
  });
}

/** The connection pools by target, least recently used first. Functions can make up origins, so their number is bounded. */
export class OriginPools {
  readonly #options: PoolsOptions;
  readonly #pools = new Map<string, Pool>();

  constructor(options: PoolsOptions) {
    this.#options = options;
  }

  /** The pool of a target, opened if need be. Fails with EDGE_ORIGIN_TLS when `caFile` cannot be read. */
  poolFor(target: OriginTarget): Pool {
    const key = poolKey(target);
    const found = this.#pools.get(key);
    const pool = found ?? openPool(target, this.#options.maxHeaderBytes);
    if (found !== undefined) this.#pools.delete(key);
    this.#pools.set(key, pool);
    if (found === undefined) this.#closeOldest();
    return pool;
  }

  /** Waits for the requests of every pool, then closes its connections. */
  async close(): Promise<void> {
    await Promise.all(this.#takeAll().map((pool) => pool.close()));
  }

  /** Closes every connection at once. */
  async destroy(): Promise<void> {
    await Promise.all(this.#takeAll().map((pool) => pool.destroy()));
  }

  #takeAll(): Pool[] {
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    return pools;
  }

  #closeOldest(): void {
    if (this.#pools.size <= this.#options.maxPools) return;
    const oldest = this.#pools.entries().next();
    if (oldest.done === true) return;
    const [key, pool] = oldest.value;
    this.#pools.delete(key);
    // Its requests under way end first; the promise settles after them and carries nothing.
    void pool.close();
  }
}
