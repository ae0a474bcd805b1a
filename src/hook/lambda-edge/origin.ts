import type { OriginConfig } from '../../config/config.ts';
import type { Fields } from '../../http/fields.ts';
import { LIMITS } from './limits.ts';
import { textOf } from './text.ts';

/** What `request.origin.custom` says: where a request goes, and how. */
export interface CustomOrigin {
  readonly kind: 'custom';
  readonly domainName: string;
  /** `''` or `/something` without a trailing slash. */
  readonly path: string;
  readonly port: number;
  readonly protocol: 'http' | 'https';
  readonly sslProtocols: readonly string[];
  readonly readTimeoutSeconds: number;
  readonly keepaliveTimeoutSeconds: number;
  readonly responseCompletionTimeoutSeconds?: number;
  /** Byte strings, as all fields. */
  readonly customHeaders: Fields;
}

/** What `request.origin.s3` says. */
export interface S3Origin {
  readonly kind: 's3';
  readonly domainName: string;
  readonly path: string;
  readonly authMethod: 'none' | 'origin-access-identity';
  /** `''` when there is none. */
  readonly region: string;
  readonly readTimeoutSeconds?: number;
  readonly responseCompletionTimeoutSeconds?: number;
  readonly customHeaders: Fields;
}

/**
 * The origin of a request at the origin-side hook points. Immutable: its JSON form is kept per
 * object.
 */
export type LambdaOrigin = CustomOrigin | S3Origin;

const originOfConfig = new WeakMap<OriginConfig, LambdaOrigin>();

/** The origin that functions see for a configured origin. The same object each time. */
export function lambdaOriginOf(config: OriginConfig): LambdaOrigin {
  const known = originOfConfig.get(config);
  if (known !== undefined) return known;
  const origin = config.s3 === undefined ? customOrigin(config) : s3Origin(config, config.s3);
  originOfConfig.set(config, origin);
  return origin;
}

function s3Origin(config: OriginConfig, s3: NonNullable<OriginConfig['s3']>): S3Origin {
  return {
    kind: 's3',
    domainName: s3.domainName,
    path: config.path,
    authMethod: 'none',
    region: s3.region,
    customHeaders: config.headers,
  };
}

function customOrigin(config: OriginConfig): CustomOrigin {
  return {
    kind: 'custom',
    domainName: config.hostname,
    path: config.path,
    port: config.port,
    protocol: config.protocol,
    sslProtocols: ['TLSv1.2'],
    readTimeoutSeconds: wholeSeconds(config.readTimeoutMs),
    keepaliveTimeoutSeconds: wholeSeconds(config.keepAliveTimeoutMs),
    customHeaders: config.headers,
  };
}

function wholeSeconds(ms: number): number {
  const { shortestTimeout, longestTimeout } = LIMITS;
  return Math.min(Math.max(Math.ceil(ms / 1000), shortestTimeout.value), longestTimeout.value);
}

/** The map form of header lines, values as text. */
type HeaderMap = Record<string, { key: string; value: string }[]>;

function headerMapOf(fields: Fields): HeaderMap {
  // fromEntries makes own members of all names, "__proto__" too.
  const lists = new Map<string, { key: string; value: string }[]>();
  for (let i = 0; i < fields.length; i += 2) {
    const key = fields[i] ?? '';
    const list = lists.get(key.toLowerCase()) ?? [];
    list.push({ key, value: textOf(fields[i + 1] ?? '') });
    lists.set(key.toLowerCase(), list);
  }
  return Object.fromEntries(lists);
}

/** `request.origin` as the function sees it. */
export function originMember(origin: LambdaOrigin): object {
  const customHeaders = headerMapOf(origin.customHeaders);
  const { domainName, path, responseCompletionTimeoutSeconds } = origin;
  const completion =
    responseCompletionTimeoutSeconds === undefined
      ? {}
      : { responseCompletionTimeout: responseCompletionTimeoutSeconds };
  if (origin.kind === 's3') {
    const { authMethod, region, readTimeoutSeconds } = origin;
    const read = readTimeoutSeconds === undefined ? {} : { readTimeout: readTimeoutSeconds };
    return { s3: { authMethod, customHeaders, domainName, path, ...read, region, ...completion } };
  }
  return {
    custom: {
      customHeaders,
      domainName,
      keepaliveTimeout: origin.keepaliveTimeoutSeconds,
      path,
      port: origin.port,
      protocol: origin.protocol,
      readTimeout: origin.readTimeoutSeconds,
      ...completion,
      sslProtocols: origin.sslProtocols,
    },
  };
}

const textOfOrigin = new WeakMap<LambdaOrigin, string>();

/** `request.origin` as JSON text, written once per origin object. */
export function originText(origin: LambdaOrigin): string {
  const known = textOfOrigin.get(origin);
  if (known !== undefined) return known;
  const text = JSON.stringify(originMember(origin));
  textOfOrigin.set(origin, text);
  return text;
}
