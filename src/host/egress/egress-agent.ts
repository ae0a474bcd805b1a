import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { Agent, buildConnector, type Dispatcher, Pool } from 'undici';
import type { NetworkConfig } from '../../config/config.ts';
import {
  type AllowList,
  authorityText,
  type EgressTarget,
  targetOf,
  targetOfAuthority,
} from './allow-list.ts';
import { createCheckedLookup, type ResolveName } from './checked-lookup.ts';
import { egressFailure } from './egress-failure.ts';
import type { EgressLimits } from './limits.ts';

/** What the connections of one function depend on. */
export interface AgentSettings {
  readonly functionName: string;
  readonly network: NetworkConfig;
  readonly allowList: AllowList;
  readonly limits: EgressLimits;
  readonly resolve: ResolveName;
}

/**
 * The connections of one function. Every new one is resolved and checked by `createCheckedLookup`,
 * or pinned by the configuration. Fails with ERR_EGRESS_CA_FILE when `caFile` cannot be read.
 */
export function createEgressAgent(settings: AgentSettings): Agent {
  const { network, limits } = settings;
  const pins = readPins(network);
  const secureContext = network.caFile === undefined ? undefined : trusting(network.caFile);
  return new Agent({
    maxOrigins: limits.serversPerFunction,
    factory: (origin) => openPool(new URL(origin), { ...settings, pins, secureContext }),
  });
}

type Pins = ReadonlyMap<string, EgressTarget>;

interface PoolSettings extends AgentSettings {
  readonly pins: Pins;
  readonly secureContext: SecureContext | undefined;
}

function openPool(origin: URL, settings: PoolSettings): Dispatcher {
  const target = targetOf(origin);
  if (target === undefined) throw new TypeError(`Not an http or https origin: ${origin.href}`);
  const { limits } = settings;
  return new Pool(origin, {
    connect: connectorFor(target, settings),
    connections: limits.connectionsPerServer,
    pipelining: 1,
    maxHeaderSize: limits.responseHeaderBytes,
    keepAliveTimeout: limits.keepAliveMs,
    keepAliveMaxTimeout: limits.keepAliveMs,
    // The deadline of the call limits both.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

/**
 * Connects to what the name resolves to, or to the pin; the name in SNI and in the certificate is
 * always that of the URL.
 */
function connectorFor(target: EgressTarget, settings: PoolSettings): buildConnector.connector {
  const { functionName, allowList, limits, pins, resolve, secureContext } = settings;
  const pin = pins.get(authorityText(target));
  const subject = { functionName, target, allowList, isPinned: pin !== undefined };
  const connect = buildConnector({
    timeout: limits.connectTimeoutMs,
    allowH2: false,
    autoSelectFamily: true,
    // Whatever the environment of the edge worker says.
    rejectUnauthorized: true,
    lookup: createCheckedLookup(subject, resolve),
    ...(secureContext && { secureContext }),
  });
  const { host, port } = pin ?? target;
  // RFC 6066 §3: an address is not a server name.
  const hasName = target.scheme === 'https' && isIP(target.host) === 0;
  return ({ servername: _, ...options }, callback) => {
    const name = hasName ? { servername: target.host } : {};
    connect({ ...options, ...name, hostname: host, port: String(port) }, callback);
  };
}

function readPins(network: NetworkConfig): Pins {
  const pins = new Map<string, EgressTarget>();
  for (const [from, to] of Object.entries(network.resolve)) {
    const key = targetOfAuthority('http', from);
    const pin = targetOfAuthority('http', to);
    if (key !== undefined && pin !== undefined) pins.set(authorityText(key), pin);
  }
  return pins;
}

/**
 * One context for all connections: parsing the certificate authorities anew for each would take
 * longer than a handshake.
 */
function trusting(caFile: string): SecureContext {
  try {
    return createSecureContext({
      ca: [...getCACertificates('default'), readFileSync(caFile, 'utf8')],
    });
  } catch (cause) {
    throw egressFailure(
      'ERR_EGRESS_CA_FILE',
      `Cannot read the certificate authority of network.caFile: ${cause instanceof Error ? cause.message : String(cause)}`,
    );
  }
}
