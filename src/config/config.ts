/**
 * The compiled configuration: what the other rooms see. Types only. `schema.ts` describes what users write, `compile.ts`
 * turns one into the other: defaults filled in, policies resolved, paths absolute, names checked. Plain data, so that the
 * supervisor can send it to its workers.
 */

export interface EdgeConfig {
  /** Folder that relative paths of the file are relative to. */
  readonly baseDir: string;
  readonly listeners: readonly ListenerConfig[];
  readonly admin?: AdminConfig;
  /** Number of edge workers; `"auto"` is resolved to the number of cores. */
  readonly workers: number;
  readonly origins: Readonly<Record<string, OriginConfig>>;
  readonly originGroups: Readonly<Record<string, OriginGroupConfig>>;
  readonly functions: Readonly<Record<string, FunctionConfig>>;
  /** In order; the last one has path `*`. */
  readonly behaviors: readonly BehaviorConfig[];
  readonly errorResponses: readonly ErrorResponseConfig[];
  readonly cache: CacheConfig;
  readonly limits: HttpLimits;
  readonly log: LogConfig;
  readonly accessLog?: AccessLogConfig;
  /** The words in `X-Cache`, `Via` and error pages: our own or CloudFront's. */
  readonly compat: 'isoedge' | 'cloudfront';
  /** What hooks see as `config.distributionDomainName` and `config.distributionId`. */
  readonly distribution: { readonly domainName: string; readonly id: string };
  /** Adds `Server-Timing`, the cache key in `Cache-Status`, and `X-Isoedge-Error` with the facts of a failure. */
  readonly debug: boolean;
  /** How long a drain may take before open connections are closed, in milliseconds. */
  readonly drainTimeoutMs: number;
}

export interface ListenerConfig {
  readonly host: string;
  readonly port: number;
}

export interface AdminConfig {
  readonly host: string;
  readonly port: number;
  /** Absolute path of a file that holds the bearer token; without it the admin listener asks for none. */
  readonly tokenFile?: string;
}

export interface OriginConfig {
  readonly name: string;
  readonly protocol: 'http' | 'https';
  readonly hostname: string;
  readonly port: number;
  /** Prepended to the path of every request; `''` or `/something` without a trailing slash. */
  readonly path: string;
  /** Custom headers sent with every request to this origin, as flat `[name, value, …]`. */
  readonly headers: readonly string[];
  /** 1–3; connection attempts for GET and HEAD. */
  readonly connectionAttempts: number;
  readonly connectTimeoutMs: number;
  /** Longest wait for the first byte and between two packets. */
  readonly readTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /** Most connections of one worker to this origin; more requests wait. */
  readonly maxConnections: number;
  /** PEM file of an extra certificate authority, absolute. */
  readonly caFile?: string;
  /** Functions see the origin as this S3 bucket. */
  readonly s3?: { readonly domainName: string; readonly region: string };
}

export interface OriginGroupConfig {
  readonly name: string;
  /** Primary and secondary: names of `origins`. */
  readonly members: readonly [string, string];
  readonly failoverStatusCodes: readonly number[];
}

export type FunctionRuntime = 'lambda-edge' | 'cloudfront-function';

export interface FunctionConfig {
  readonly name: string;
  /** Absolute path of a folder or a file. */
  readonly code: string;
  /** `file.export.nested`, Lambda's rule. */
  readonly handler: string;
  readonly runtime: FunctionRuntime;
  readonly limits: FunctionLimits;
  readonly environment: Readonly<Record<string, string>>;
  readonly network: NetworkConfig;
  /** Functions of one trust group share a hook host. */
  readonly trustGroup: string;
}

export interface FunctionLimits {
  /** V8 heap and ArrayBuffer limit of one environment, in MiB. */
  readonly memoryMb: number;
  /** Wall-clock limit of one invocation. */
  readonly timeoutMs: number;
  /** CPU limit of one invocation: the sum of its synchronous stretches. */
  readonly cpuMs: number;
  /** Most environments of the function in one worker. */
  readonly concurrency: number;
  /** Most calls that wait for an environment; one more is refused. */
  readonly queue: number;
  /** Wall-clock and CPU limit of loading the module. */
  readonly initTimeoutMs: number;
}

export interface NetworkConfig {
  /** Allow-list entries `scheme://host[:port]`, host may begin with `*.`; empty = no network. */
  readonly allow: readonly string[];
  /** `host:port` → `address:port`, for tests. */
  readonly resolve: Readonly<Record<string, string>>;
  /** PEM file of an extra certificate authority, absolute; for tests. */
  readonly caFile?: string;
}

export interface BehaviorConfig {
  /** Path pattern: `*` = 0+ characters including `/`, `?` = one character. */
  readonly path: string;
  /** Name of an origin, or of an origin group. */
  readonly origin: string;
  readonly viewerProtocolPolicy: 'allow-all' | 'https-only' | 'redirect-to-https';
  readonly allowedMethods: 'read' | 'read-options' | 'all';
  readonly cachePolicy: CachePolicy;
  readonly originRequestPolicy?: OriginRequestPolicy;
  readonly responseHeadersPolicy?: ResponseHeadersPolicy;
  readonly compress: boolean;
  /** Served for exactly `/`; no leading slash. */
  readonly defaultRootObject?: string;
  readonly hooks: Readonly<Partial<Record<HookPointName, HookConfig>>>;
}

export type HookPointName =
  | 'viewer-request'
  | 'origin-request'
  | 'origin-response'
  | 'viewer-response';

export interface HookConfig {
  readonly function: string;
  readonly includeBody: boolean;
  /** The function's limits, tightened by the hook's own. */
  readonly timeoutMs: number;
  readonly cpuMs: number;
  readonly onFailure: 'fail' | 'continue' | 'stale';
}

/** `all`, `none`, only the listed names, or all but the listed names. Header names are in lower case. */
export type NameSelection =
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }
  | { readonly kind: 'include'; readonly names: readonly string[] }
  | { readonly kind: 'exclude'; readonly names: readonly string[] };

/** `rfc9111`: plain RFC 9111 with Vary as a secondary key. `cloudfront`: CloudFront's TTL rules and explicit key. */
export type CachePolicy =
  | { readonly kind: 'rfc9111'; readonly name: string }
  | {
      readonly kind: 'cloudfront';
      readonly name: string;
      readonly minTtlSeconds: number;
      readonly defaultTtlSeconds: number;
      readonly maxTtlSeconds: number;
      readonly headers: NameSelection;
      readonly cookies: NameSelection;
      readonly queryStrings: NameSelection;
      readonly acceptEncodingGzip: boolean;
      readonly acceptEncodingBrotli: boolean;
    };

export interface OriginRequestPolicy {
  readonly name: string;
  readonly headers: NameSelection;
  readonly cookies: NameSelection;
  readonly queryStrings: NameSelection;
  /** `CloudFront-*` headers that the policy adds, in lower case. */
  readonly cloudfrontHeaders: readonly string[];
}

export interface ResponseHeadersPolicy {
  readonly name: string;
  readonly remove: readonly string[];
  /** Plain fields, security headers among them: `override` replaces what the origin sent. */
  readonly set: readonly {
    readonly name: string;
    readonly value: string;
    readonly override: boolean;
  }[];
  readonly cors?: CorsPolicy;
}

export interface CorsPolicy {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  readonly maxAgeSeconds?: number;
  readonly originOverride: boolean;
}

export interface ErrorResponseConfig {
  readonly errorCode: number;
  readonly responseCode?: number;
  readonly responsePagePath?: string;
  readonly cachingMinTtlSeconds: number;
}

export interface CacheConfig {
  readonly memory: {
    /** Keys, fields and contents together. */
    readonly maxBytes: number;
    /** A larger response streams through and is not stored. */
    readonly maxResponseBytes: number;
  };
}

/** Limits of the viewer side. Defaults are CloudFront's. */
export interface HttpLimits {
  readonly maxUrlBytes: number;
  /** Request line and header section together. */
  readonly maxHeaderBytes: number;
  readonly maxBodyBytes: number;
  /** Longest time for a viewer to send its header section. */
  readonly headersTimeoutMs: number;
  /** Longest time without a byte of request content, or without the viewer taking a byte of the response. */
  readonly idleTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly maxConnections: number;
}

export interface LogConfig {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly format: 'json' | 'pretty';
}

export interface AccessLogConfig {
  /** `-` = stdout, else an absolute path. */
  readonly file: string;
  readonly format: 'json';
}
