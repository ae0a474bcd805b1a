import { isIP } from 'node:net';
import { HOOK_POINTS, type HookPoint } from '../hook/hook-point.ts';
import type { HookEventInput } from '../hook/lambda-edge/event.ts';
import type { LambdaOrigin } from '../hook/lambda-edge/origin.ts';
import { bytesOf } from '../hook/lambda-edge/text.ts';

/** The edge has read such an event from a viewer and an origin; here it comes from a file, so anything may be in it. */
type Members = Readonly<Record<string, unknown>>;

const EMPTY: Members = {};

/**
 * What a Lambda@Edge event in JSON was made of: results are read against it. `undefined` if it is no such event. What is
 * missing in it is filled in.
 */
export function eventInputOf(event: unknown): HookEventInput | undefined {
  const [record] = listOf(membersOf(event)['Records']);
  const cf = membersOf(membersOf(record)['cf']);
  const config = membersOf(cf['config']);
  const point = HOOK_POINTS.find((name) => name === config['eventType']);
  if (point === undefined || typeof cf['request'] !== 'object') return undefined;
  const request = membersOf(cf['request']);
  return {
    point,
    distribution: {
      domainName: textAt(config, 'distributionDomainName'),
      id: textAt(config, 'distributionId'),
    },
    requestId: textAt(config, 'requestId'),
    clientIp: clientIpOf(request),
    request: {
      method: textAt(request, 'method') || 'GET',
      path: bytesOf(textAt(request, 'uri') || '/'),
      query: bytesOf(textAt(request, 'querystring')),
      fields: fieldsOf(request['headers']),
    },
    ...bodyOf(request),
    ...originOf(request),
    ...responseOf(cf, point),
  };
}

function clientIpOf(request: Members): string {
  const clientIp = textAt(request, 'clientIp');
  return isIP(clientIp) === 0 ? '' : clientIp;
}

function responseOf(cf: Members, point: HookPoint): Partial<HookEventInput> {
  if (point === 'viewer-request' || point === 'origin-request') return {};
  const response = membersOf(cf['response']);
  return {
    response: {
      status: Number(response['status'] ?? 200),
      reason: bytesOf(textAt(response, 'statusDescription')),
      fields: fieldsOf(response['headers']),
    },
  };
}

function bodyOf(request: Members): Partial<HookEventInput> {
  const { body } = request;
  if (typeof body !== 'object' || body === null) return {};
  const members = membersOf(body);
  const encoding = members['encoding'] === 'text' ? 'utf8' : 'base64';
  const bytes = Buffer.from(textAt(members, 'data'), encoding);
  return { body: { bytes, truncated: members['inputTruncated'] === true } };
}

function originOf(request: Members): Partial<HookEventInput> {
  const { origin } = request;
  if (typeof origin !== 'object' || origin === null) return {};
  const { custom, s3 } = membersOf(origin);
  return { origin: s3 === undefined ? customOrigin(membersOf(custom)) : s3Origin(membersOf(s3)) };
}

function customOrigin(custom: Members): LambdaOrigin {
  return {
    kind: 'custom',
    domainName: textAt(custom, 'domainName'),
    path: textAt(custom, 'path'),
    port: numberAt(custom, 'port') ?? 80,
    protocol: custom['protocol'] === 'https' ? 'https' : 'http',
    sslProtocols: listOf(custom['sslProtocols']).map(String),
    readTimeoutSeconds: numberAt(custom, 'readTimeout') ?? 30,
    keepaliveTimeoutSeconds: numberAt(custom, 'keepaliveTimeout') ?? 5,
    ...completionOf(custom),
    customHeaders: fieldsOf(custom['customHeaders']),
  };
}

function s3Origin(s3: Members): LambdaOrigin {
  const readTimeoutSeconds = numberAt(s3, 'readTimeout');
  return {
    kind: 's3',
    domainName: textAt(s3, 'domainName'),
    path: textAt(s3, 'path'),
    authMethod: s3['authMethod'] === 'origin-access-identity' ? 'origin-access-identity' : 'none',
    region: textAt(s3, 'region'),
    ...(readTimeoutSeconds === undefined ? {} : { readTimeoutSeconds }),
    ...completionOf(s3),
    customHeaders: fieldsOf(s3['customHeaders']),
  };
}

function completionOf(origin: Members): { responseCompletionTimeoutSeconds?: number } {
  const seconds = numberAt(origin, 'responseCompletionTimeout');
  return seconds === undefined ? {} : { responseCompletionTimeoutSeconds: seconds };
}

/** The map form of headers as flat lines; a name without `key` is the one of the map. */
function fieldsOf(headers: unknown): string[] {
  return Object.entries(membersOf(headers)).flatMap(([name, lines]) =>
    listOf(lines).flatMap((line) => {
      const members = membersOf(line);
      return [textAt(members, 'key') || name, bytesOf(textAt(members, 'value'))];
    }),
  );
}

function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : EMPTY;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textAt(members: Members, name: string): string {
  const value = members[name];
  return typeof value === 'string' ? value : '';
}

function numberAt(members: Members, name: string): number | undefined {
  const value = members[name];
  return typeof value === 'number' ? value : undefined;
}
