import type { z } from 'zod';
import { isDeniedCustomHeader } from '../../http/origin-custom-headers.ts';
import type { OriginConfig, OriginGroupConfig } from '../config.ts';
import type { ConfigPieces, Piece } from '../parse.ts';
import type { ConfigPath } from '../problem.ts';
import type { originGroupType, originType } from '../schema/origins.ts';
import { type CompileContext, existingFile, reportUnknownName } from './context.ts';

type OriginInput = z.output<typeof originType>;
type OriginGroupInput = z.output<typeof originGroupType>;

/** CloudFront, origin custom headers: how much may be added. */
const MAX_HEADERS = 30;
const MAX_HEADER_NAME_LENGTH = 256;
const MAX_HEADER_VALUE_LENGTH = 1783;
const MAX_HEADERS_LENGTH = 10_240;

/** Origins by name, with their URL taken apart. */
export function compileOrigins(
  pieces: ConfigPieces,
  context: CompileContext,
): Record<string, OriginConfig> {
  const origins: Record<string, OriginConfig> = {};
  for (const [name, { value }] of pieces.origins) {
    const origin = compileOrigin(name, value, context);
    if (origin !== undefined) origins[name] = origin;
  }
  return origins;
}

function compileOrigin(
  name: string,
  input: OriginInput,
  context: CompileContext,
): OriginConfig | undefined {
  const at = ['origins', name];
  checkHeaders([...at, 'headers'], input.headers, context);
  const url = URL.parse(input.url);
  if (url === null) {
    const expected = 'a URL with a valid host and port';
    context.report({ path: [...at, 'url'], found: input.url, expected });
    return undefined;
  }
  const protocol = url.protocol === 'https:' ? 'https' : 'http';
  const defaultPort = protocol === 'https' ? 443 : 80;
  const caFile =
    input.caFile === undefined
      ? {}
      : { caFile: existingFile(context, [...at, 'caFile'], input.caFile) };
  return {
    name,
    protocol,
    hostname: url.hostname,
    port: url.port === '' ? defaultPort : Number(url.port),
    path: input.path,
    headers: Object.entries(input.headers).flat(),
    connectionAttempts: input.connectionAttempts,
    connectTimeoutMs: input.connectTimeoutMs,
    readTimeoutMs: input.readTimeoutMs,
    keepAliveTimeoutMs: input.keepAliveTimeoutMs,
    maxConnections: input.maxConnections,
    ...caFile,
    ...(input.s3 && { s3: input.s3 }),
  };
}

function checkHeaders(
  at: ConfigPath,
  headers: Readonly<Record<string, string>>,
  context: CompileContext,
): void {
  const entries = Object.entries(headers);
  let length = 0;
  for (const [name, value] of entries) {
    const expected = headerExpectation(name, value);
    if (expected !== undefined) context.report({ path: [...at, name], found: value, expected });
    length += name.length + value.length;
  }
  if (entries.length > MAX_HEADERS) {
    const expected = `at most ${MAX_HEADERS} fields, there are ${entries.length}`;
    context.report({ path: at, found: headers, expected });
  }
  if (length > MAX_HEADERS_LENGTH) {
    const expected = `at most ${MAX_HEADERS_LENGTH} characters in all fields, there are ${length}`;
    context.report({ path: at, found: headers, expected });
  }
}

function headerExpectation(name: string, value: string): string | undefined {
  const lowerName = name.toLowerCase();
  if (isDeniedCustomHeader(lowerName)) {
    return 'no such field: the edge sets it itself';
  }
  if (name.length > MAX_HEADER_NAME_LENGTH) {
    return `a name of at most ${MAX_HEADER_NAME_LENGTH} characters`;
  }
  return value.length > MAX_HEADER_VALUE_LENGTH
    ? `a value of at most ${MAX_HEADER_VALUE_LENGTH} characters`
    : undefined;
}

/** Origin groups by name, their members checked. */
export function compileOriginGroups(
  pieces: ConfigPieces,
  context: CompileContext,
): Record<string, OriginGroupConfig> {
  const origins = pieces.namesOf('origins');
  const groups: Record<string, OriginGroupConfig> = {};
  for (const [name, piece] of pieces.originGroups) {
    const at = ['originGroups', name];
    if (origins.includes(name)) {
      context.report({ path: at, found: name, expected: 'a name that no origin has' });
    }
    const group = compileOriginGroup(name, piece, origins, context);
    if (group !== undefined) groups[name] = group;
  }
  return groups;
}

function compileOriginGroup(
  name: string,
  piece: Piece<OriginGroupInput>,
  origins: readonly string[],
  context: CompileContext,
): OriginGroupConfig | undefined {
  const { members, failoverStatusCodes } = piece.value;
  members.forEach((member, index) => {
    if (origins.includes(member)) return;
    const path = ['originGroups', name, 'members', index];
    reportUnknownName(context, { path, found: member, expected: 'the name of an origin' }, origins);
  });
  const [primary, secondary] = members;
  if (primary === undefined || secondary === undefined) return undefined;
  if (primary === secondary) {
    const path = ['originGroups', name, 'members', 1];
    context.report({ path, found: secondary, expected: 'another origin than the primary' });
  }
  return { name, members: [primary, secondary], failoverStatusCodes };
}
