/**
 * Types of Lambda@Edge events and results, for functions written in TypeScript, or in JavaScript
 * with JSDoc:
 *
 *     import type { RequestHandler } from '../edge-hook.d.ts';
 *     export const handler: RequestHandler = async (event) => event.Records[0].cf.request;
 *
 *     /** @type {import('../edge-hook.d.ts').RequestHandler} *\/
 *     exports.handler = async (event) => event.Records[0].cf.request;
 *
 * The shapes are CloudFront's, so the same function runs there unchanged. Read-only members are
 * marked `readonly`.
 */

export type HookPoint = 'viewer-request' | 'origin-request' | 'origin-response' | 'viewer-response';

/** One header line. */
export interface Header {
  /**
   * The name as received. On return it may be left out: then it is made of the name in the map
   * (`x-foo` → `X-Foo`).
   */
  key?: string;
  value: string;
}

/**
 * Header lines by name in lower case. Several lines of one name are several entries; deleting a
 * name removes the header.
 */
export type Headers = Record<string, Header[]>;

/** `cf.config`. */
export interface Config {
  readonly distributionDomainName: string;
  readonly distributionId: string;
  readonly eventType: HookPoint;
  /** The same at all hook points of one viewer request; the viewer gets it as `X-Request-Id`. */
  readonly requestId: string;
}

/** The request body, when the hook has `"includeBody": true`. */
export interface Body {
  /** There is more of it: 40 KB are shown at viewer-request, 1 MB at origin-request. */
  readonly inputTruncated: boolean;
  /** `replace` sends `data` on; otherwise the original body goes on, all of it. */
  action: 'read-only' | 'replace';
  /** Of `data`. Always `base64` in an event. */
  encoding: 'base64' | 'text';
  data: string;
}

/** An origin that is any HTTP server. */
export interface CustomOrigin {
  customHeaders: Headers;
  /** A DNS name. Set the `host` header too when you change it. */
  domainName: string;
  /** Seconds, 1 to 120. */
  keepaliveTimeout: number;
  /** `''`, or a path with a leading slash and without a trailing one. */
  path: string;
  /** 80, 443, or 1024 to 65535. */
  port: number;
  protocol: 'http' | 'https';
  /** Seconds, 1 to 120. */
  readTimeout: number;
  /** Seconds, at least `readTimeout`; 0 for none. */
  responseCompletionTimeout?: number;
  sslProtocols: ('TLSv1.2' | 'TLSv1.1' | 'TLSv1' | 'SSLv3')[];
}

/** An origin that is an S3 bucket. */
export interface S3Origin {
  authMethod: 'none' | 'origin-access-identity';
  customHeaders: Headers;
  domainName: string;
  path: string;
  readTimeout?: number;
  region?: string;
  responseCompletionTimeout?: number;
}

/** `request.origin`: exactly one of the two. */
export type Origin = { custom: CustomOrigin; s3?: never } | { s3: S3Origin; custom?: never };

/** `cf.request`. */
export interface Request {
  readonly clientIp: string;
  readonly method: string;
  /** The path, percent-encoded as received, without the query. */
  uri: string;
  /** Without the question mark; `''` when there is none. */
  querystring: string;
  headers: Headers;
  body?: Body;
  /** At origin-request (may be changed) and origin-response. */
  origin?: Origin;
}

/** `cf.response`. */
export interface Response {
  /** Three digits. */
  status: string;
  statusDescription: string;
  headers: Headers;
}

/** A response that a function makes itself, or returns at a response hook point. */
export interface Result {
  /** 200 to 599. At viewer-response it cannot be changed. */
  status: string | number;
  statusDescription?: string;
  headers?: Headers;
  /** At origin-response: left out, the origin's content passes; `''` removes it. */
  body?: string;
  /** `text` when left out. */
  bodyEncoding?: 'text' | 'base64';
}

export interface RequestEvent {
  readonly Records: readonly [
    { readonly cf: { readonly config: Config; readonly request: Request } },
  ];
}

export interface ResponseEvent {
  readonly Records: readonly [
    {
      readonly cf: {
        readonly config: Config;
        readonly request: Readonly<Request>;
        readonly response: Response;
      };
    },
  ];
}

/** The second argument of a handler. */
export interface Context {
  readonly functionName: string;
  readonly functionVersion: string;
  readonly memoryLimitInMB: string;
  readonly awsRequestId: string;
  readonly invokedFunctionArn: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  callbackWaitsForEmptyEventLoop: boolean;
  getRemainingTimeInMillis(): number;
}

/** The third argument of a handler. The first call counts. */
export type Callback<Returned> = (error?: unknown, result?: Returned) => void;

/**
 * A handler gives its result as a promise or to the callback; what a plain function returns is
 * ignored, as in Lambda.
 */
type Handler<Event, Returned> = (
  event: Event,
  context: Context,
  callback: Callback<Returned>,
) => Promise<Returned> | void;

/** For viewer-request and origin-request: the request goes on, a result answers it. */
export type RequestHandler = Handler<RequestEvent, Request | Result>;

/** For origin-response and viewer-response. */
export type ResponseHandler = Handler<ResponseEvent, Result>;
