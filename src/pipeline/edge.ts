import type { Clock } from '../base/clock.ts';
import type { HttpCache } from '../cache/http-cache.ts';
import type { BehaviorConfig, EdgeConfig } from '../config/config.ts';
import type { FunctionPackage } from '../function/function-package.ts';
import type { HookHosts } from '../host/hook-hosts.ts';
import type { OriginClient } from '../origin/origin-client.ts';
import type { FunctionError } from '../wire/hook-call.ts';
import type { CacheResult, Exchange } from './exchange.ts';
import { compilePattern, type PathMatcher } from './match-pattern.ts';

/** The words that isoedge, or in its place CloudFront, puts into response headers. */
export interface EdgeNames {
  readonly via: string;
  readonly viaName: string;
  readonly xCache: Readonly<Record<CacheResult, string>>;
  readonly cacheStatusMember: string;
}

/** A behavior with its pattern compiled. */
export interface ReadyBehavior {
  readonly config: BehaviorConfig;
  readonly matches: PathMatcher;
}

/** What the pipeline tells metrics and logs. All calls are short and must not throw. */
export interface PipelineEvents {
  lookup(result: 'hit' | 'stale' | 'miss' | 'bypass' | 'collapsed'): void;
  admitted(reason: string): void;
  hookCalled(call: {
    functionName: string;
    point: string;
    outcome: string;
    wallMs: number;
    cpuMs: number;
  }): void;
  originReplied(originName: string, outcome: string, seconds: number): void;
  failed(exchange: Exchange): void;
  warned(exchange: Exchange, message: string): void;
  /** A function failed with an error of its own; positions are those of its author's files. */
  functionThrew(exchange: Exchange, functionName: string, error: FunctionError): void;
}

/** Everything an exchange works with: one generation of the configuration and the services that were started for it. */
export interface Edge {
  readonly config: EdgeConfig;
  readonly clock: Clock;
  readonly behaviors: readonly ReadyBehavior[];
  readonly names: EdgeNames;
  readonly cache: HttpCache;
  readonly origins: OriginClient;
  readonly hosts: HookHosts;
  readonly functions: ReadonlyMap<string, FunctionPackage>;
  readonly events: PipelineEvents;
  /** `runExchange`, for the steps that begin an exchange of their own: a refresh, a custom error page. */
  readonly run: (
    exchange: Exchange,
    first: 'cacheLookup' | 'originRequest',
  ) => Exchange | Promise<Exchange>;
}

const RESULTS = [
  'Hit',
  'Miss',
  'RefreshHit',
  'Error',
  'Redirect',
  'LambdaGeneratedResponse',
  'LambdaExecutionError',
  'LambdaValidationError',
  'LambdaLimitExceeded',
] as const satisfies readonly CacheResult[];

/** The names for a configuration's `compat`. */
export function edgeNames(compat: EdgeConfig['compat']): EdgeNames {
  const xCache = Object.fromEntries(RESULTS.map((result) => [result, `${result} from ${compat}`]));
  const viaName =
    compat === 'cloudfront'
      ? '0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)'
      : 'isoedge';
  return {
    via: `1.1 ${viaName}`,
    viaName,
    xCache: xCache as Record<CacheResult, string>,
    cacheStatusMember: 'isoedge',
  };
}

export function readyBehaviors(config: EdgeConfig): readonly ReadyBehavior[] {
  return config.behaviors.map((behavior) => ({
    config: behavior,
    matches: compilePattern(behavior.path),
  }));
}
