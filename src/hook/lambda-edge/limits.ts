import type { HookPoint } from '../hook-point.ts';

/**
 * One limit of the dialect: what it is, in which unit, where it is written, and where it holds. The
 * limit itself is allowed.
 */
export interface LimitRow {
  readonly value: number;
  readonly unit: 'bytes' | 'characters' | 'seconds' | 'status' | 'port' | 'lines';
  readonly source: string;
  readonly points: readonly HookPoint[];
}

const KIB = 1024;
const MIB = 1024 * KIB;
const QUOTAS = 'CloudFront developer guide, quotas on Lambda@Edge';
const EVENTS = 'CloudFront developer guide, Lambda@Edge event structure';

/** The length of the base64 form of so many bytes. */
function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/**
 * Every limit on events and results. The one table; code, the `limits` command and the
 * documentation read it.
 */
export const LIMITS = {
  viewerExposedBody: { value: 40 * KIB, unit: 'bytes', source: QUOTAS, points: ['viewer-request'] },
  originExposedBody: { value: MIB, unit: 'bytes', source: QUOTAS, points: ['origin-request'] },
  viewerBodyText: { value: 40 * KIB, unit: 'bytes', source: QUOTAS, points: ['viewer-request'] },
  originBodyText: { value: MIB, unit: 'bytes', source: QUOTAS, points: ['origin-request'] },
  // The guide says 53.2 KB and 1.33 MB: the base64 form of the text limits, rounded. Taken exactly,
  // so that a body exposed in full can be returned in full.
  viewerBodyBase64: {
    value: base64Length(40 * KIB),
    unit: 'characters',
    source: QUOTAS,
    points: ['viewer-request'],
  },
  originBodyBase64: {
    value: base64Length(MIB),
    unit: 'characters',
    source: QUOTAS,
    points: ['origin-request'],
  },
  viewerResponse: { value: 40 * KIB, unit: 'bytes', source: QUOTAS, points: ['viewer-request'] },
  originResponse: {
    value: MIB,
    unit: 'bytes',
    source: QUOTAS,
    points: ['origin-request', 'origin-response'],
  },
  /** The guide says fewer than 8,192. */
  uriAndQuery: {
    value: 8191,
    unit: 'characters',
    source: QUOTAS,
    points: ['viewer-request', 'origin-request'],
  },
  // Ours: no result within the other limits comes near it, and reading a longer one would hold up
  // other requests.
  viewerResultText: {
    value: MIB,
    unit: 'characters',
    source: 'isoedge',
    points: ['viewer-request', 'viewer-response'],
  },
  originResultText: {
    value: 6 * MIB,
    unit: 'characters',
    source: 'AWS Lambda quotas, synchronous payload',
    points: ['origin-request', 'origin-response'],
  },
  headerLines: {
    value: 2000,
    unit: 'lines',
    source: 'isoedge',
    points: ['viewer-request', 'origin-request', 'origin-response', 'viewer-response'],
  },
  lowestStatus: {
    value: 200,
    unit: 'status',
    source: EVENTS,
    points: ['viewer-request', 'origin-request', 'origin-response'],
  },
  highestStatus: {
    value: 599,
    unit: 'status',
    source: EVENTS,
    points: ['viewer-request', 'origin-request', 'origin-response'],
  },
  customDomainName: { value: 253, unit: 'characters', source: EVENTS, points: ['origin-request'] },
  s3DomainName: { value: 128, unit: 'characters', source: EVENTS, points: ['origin-request'] },
  originPath: { value: 255, unit: 'characters', source: EVENTS, points: ['origin-request'] },
  /** Besides 80 and 443. */
  lowestPort: { value: 1024, unit: 'port', source: EVENTS, points: ['origin-request'] },
  highestPort: { value: 65_535, unit: 'port', source: EVENTS, points: ['origin-request'] },
  shortestTimeout: { value: 1, unit: 'seconds', source: EVENTS, points: ['origin-request'] },
  longestTimeout: { value: 120, unit: 'seconds', source: EVENTS, points: ['origin-request'] },
} as const satisfies Readonly<Record<string, LimitRow>>;

/** The size limits of one hook point. */
export interface SizeLimits {
  readonly exposedBodyBytes: number;
  readonly bodyTextBytes: number;
  readonly bodyBase64Characters: number;
  /** Headers and content of a response that the function made, together. */
  readonly responseBytes: number;
  /** The result as it leaves the guest. */
  readonly resultCharacters: number;
}

const VIEWER: SizeLimits = {
  exposedBodyBytes: LIMITS.viewerExposedBody.value,
  bodyTextBytes: LIMITS.viewerBodyText.value,
  bodyBase64Characters: LIMITS.viewerBodyBase64.value,
  responseBytes: LIMITS.viewerResponse.value,
  resultCharacters: LIMITS.viewerResultText.value,
};

const ORIGIN: SizeLimits = {
  exposedBodyBytes: LIMITS.originExposedBody.value,
  bodyTextBytes: LIMITS.originBodyText.value,
  bodyBase64Characters: LIMITS.originBodyBase64.value,
  responseBytes: LIMITS.originResponse.value,
  resultCharacters: LIMITS.originResultText.value,
};

/** The size limits of the viewer side or of the origin side. */
export function sizeLimitsAt(point: HookPoint): SizeLimits {
  return point === 'viewer-request' || point === 'viewer-response' ? VIEWER : ORIGIN;
}
