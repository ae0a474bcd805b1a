import { HOOK_POINTS, type HookPoint } from '../../src/hook/hook-point.ts';

/**
 * What CloudFront refuses, through the real edge: one function for all cases, which each request
 * names. A case is the body of a handler; `request` and `response` are those of its event, and what
 * it returns is the result. `pass` is the request at request points and the response at the others.
 */
export interface RefusalCase {
  readonly rule: string;
  readonly points: readonly HookPoint[];
  readonly code: string;
  /** Texts that the error must hold. */
  readonly names: readonly string[];
}

export const REQUEST: readonly HookPoint[] = ['viewer-request', 'origin-request'];
export const RESPONSE: readonly HookPoint[] = ['origin-response', 'viewer-response'];
export const V_REQUEST: readonly HookPoint[] = ['viewer-request'];
export const O_REQUEST: readonly HookPoint[] = ['origin-request'];
export const O_RESPONSE: readonly HookPoint[] = ['origin-response'];
export const V_RESPONSE: readonly HookPoint[] = ['viewer-response'];

export const set = (name: string, value: string): string =>
  `pass.headers['${name}'] = [{ value: ${value} }]; return pass;`;
export const generated = (members: string): string => `return { status: '200', ${members} };`;
export const origin = (statement: string): string =>
  `const { custom } = request.origin; ${statement}; return request;`;
export const toBucket = (members: string): string =>
  'request.origin = { s3: { domainName: "b.s3.amazonaws.com", path: "", authMethod: "none", ' +
  `region: "", customHeaders: {}, ${members} } }; return request;`;

const SHAPE: readonly RefusalCase[] = [
  { rule: 'result-shape', points: HOOK_POINTS, code: 'return undefined;', names: ['null'] },
  { rule: 'result-shape', points: HOOK_POINTS, code: 'return null;', names: ['null'] },
  { rule: 'result-shape', points: HOOK_POINTS, code: 'return "ok";', names: ['"ok"'] },
  { rule: 'result-shape', points: HOOK_POINTS, code: 'return [pass];', names: ['a list of 1'] },
  { rule: 'result-shape', points: HOOK_POINTS, code: 'return {};', names: ['an empty object'] },
  { rule: 'result-shape', points: HOOK_POINTS, code: 'return event;', names: ['"Records"'] },
  { rule: 'result-shape', points: RESPONSE, code: 'return request;', names: ['"status"'] },
  {
    rule: 'result-shape',
    points: REQUEST,
    code: 'delete request.uri; return request;',
    names: ['"uri"'],
  },
  {
    rule: 'read-only-member',
    points: REQUEST,
    code: 'request.method = "PUT"; return request;',
    names: ['method', '"PUT"'],
  },
  {
    rule: 'read-only-member',
    points: REQUEST,
    code: 'request.clientIp = "192.0.2.9"; return request;',
    names: ['clientIp', '"192.0.2.9"'],
  },
];

const TARGET: readonly RefusalCase[] = [
  {
    rule: 'uri',
    points: REQUEST,
    code: 'request.uri = "index.html"; return request;',
    names: ['uri', '"index.html"', '"/"'],
  },
  { rule: 'uri', points: REQUEST, code: 'request.uri = ""; return request;', names: ['uri'] },
  {
    rule: 'uri',
    points: REQUEST,
    code: 'request.uri = 5; return request;',
    names: ['uri', 'the number 5'],
  },
  {
    rule: 'uri',
    points: REQUEST,
    code: 'request.uri = "/a\\nb"; return request;',
    names: ['uri', 'control'],
  },
  {
    rule: 'querystring',
    points: REQUEST,
    code: 'request.querystring = "a=b c"; return request;',
    names: ['querystring', '"a=b c"'],
  },
  {
    rule: 'querystring',
    points: REQUEST,
    code: 'request.querystring = "a#b"; return request;',
    names: ['querystring', '"a#b"'],
  },
  {
    rule: 'querystring',
    points: REQUEST,
    code: 'request.querystring = "a\\tb"; return request;',
    names: ['querystring'],
  },
  {
    rule: 'querystring',
    points: REQUEST,
    code: 'request.querystring = {}; return request;',
    names: ['querystring', 'an empty object'],
  },
  {
    rule: 'uri-size',
    points: REQUEST,
    code: 'request.uri = "/" + "x".repeat(4000); request.querystring = "y".repeat(4191); return request;',
    names: ['8192', '8191'],
  },
];

const BODY: readonly RefusalCase[] = [
  {
    rule: 'body-size',
    points: V_REQUEST,
    code: 'request.body = { action: "replace", encoding: "text", data: "x".repeat(40 * 1024 + 1) }; return request;',
    names: ['40961', '40960'],
  },
  {
    rule: 'body-size',
    points: V_REQUEST,
    code: 'request.body = { action: "replace", data: "xxxx".repeat(13_655) }; return request;',
    names: ['body.data', 'base64'],
  },
  {
    rule: 'body-size',
    points: O_REQUEST,
    code: 'request.body = { action: "replace", encoding: "text", data: "x".repeat(1024 * 1024 + 1) }; return request;',
    names: ['1048577', '1048576'],
  },
  {
    rule: 'body-encoding',
    points: REQUEST,
    code: 'request.body = { action: "replace", data: "%%%" }; return request;',
    names: ['body.data', '"%%%"'],
  },
  {
    rule: 'body-encoding',
    points: REQUEST,
    code: 'request.body = { action: "replace", encoding: "hex", data: "00" }; return request;',
    names: ['body.encoding', '"hex"'],
  },
  {
    rule: 'body',
    points: REQUEST,
    code: 'request.body = { action: "replace", encoding: "text", data: 5 }; return request;',
    names: ['body.data', 'the number 5'],
  },
  {
    rule: 'body',
    points: REQUEST,
    code: 'request.body = { action: "write", data: "" }; return request;',
    names: ['body.action', '"write"'],
  },
  {
    rule: 'body',
    points: REQUEST,
    code: generated('body: { a: 1 }'),
    names: ['body', 'an object'],
  },
  {
    rule: 'body',
    points: V_REQUEST,
    code: 'return { status: "204", body: "" };',
    names: ['204', 'body'],
  },
  {
    rule: 'body-encoding',
    points: REQUEST,
    code: generated('body: "a", bodyEncoding: "base64"'),
    names: ['base64', '"a"'],
  },
  {
    rule: 'body-encoding',
    points: REQUEST,
    code: generated('body: "a", bodyEncoding: "gzip"'),
    names: ['bodyEncoding', '"gzip"'],
  },
  {
    rule: 'response-size',
    points: V_REQUEST,
    code: generated('body: "x".repeat(40 * 1024 + 1)'),
    names: ['40960'],
  },
  {
    rule: 'response-size',
    points: V_REQUEST,
    code: generated(
      'headers: { a: [{ value: "y".repeat(1024) }] }, body: "x".repeat(40 * 1024 - 1)',
    ),
    names: ['40960', 'headers 1029'],
  },
  {
    rule: 'response-size',
    points: O_REQUEST,
    code: generated('body: "x".repeat(1024 * 1024 + 1)'),
    names: ['1048576'],
  },
  {
    rule: 'response-size',
    points: O_RESPONSE,
    code: 'response.body = "x".repeat(1024 * 1024 + 1); return response;',
    names: ['1048576'],
  },
  {
    rule: 'body-encoding',
    points: O_RESPONSE,
    code: 'response.body = "*"; response.bodyEncoding = "base64"; return response;',
    names: ['base64'],
  },
  {
    rule: 'body',
    points: V_RESPONSE,
    code: 'response.body = "mine"; return response;',
    names: ['body', '"mine"'],
  },
];

const STATUS: readonly RefusalCase[] = [
  ...['"199"', '"600"', '"OK"', '""', '"20"', 'true', '100', '200.5', 'null', '{}'].map(
    (status) => ({
      rule: 'status',
      points: [...REQUEST, ...O_RESPONSE],
      code: `return { status: ${status}, headers: {} };`,
      names: ['status', '200 to 599'],
    }),
  ),
  {
    rule: 'status',
    points: V_RESPONSE,
    code: 'response.status = "404"; return response;',
    names: ['status', '"404"', '"200"'],
  },
  {
    rule: 'status-description',
    points: REQUEST,
    code: generated('statusDescription: 5'),
    names: ['statusDescription', 'the number 5'],
  },
  {
    rule: 'status-description',
    points: REQUEST,
    code: generated('statusDescription: "a\\r\\nb: c"'),
    names: ['statusDescription', 'control'],
  },
];

/** Shapes, targets, bodies and statuses. */
export const MESSAGE_CASES: readonly RefusalCase[] = [...SHAPE, ...TARGET, ...BODY, ...STATUS];
