import { EdgeError } from '../base/edge-error.ts';
import type { HttpLimits } from '../config/config.ts';
import { type Fields, fieldValue } from '../http/fields.ts';

/** What one pass over the field lines finds: sizes, and the fields that decide about framing and authority. */
export interface HeadSurvey {
  /** Request line and header section as they were on the wire, at least. */
  headBytes: number;
  hostLines: number;
  host: string;
  chunked: boolean;
  /** There is a transfer coding beside `chunked`, or a second one. */
  foreignCoding: boolean;
  contentLengthBytes: number;
}

/** A request target taken apart (RFC 9112 §3.2). `authority` is there for absolute-form only. */
export type TargetParts =
  | {
      readonly kind: 'valid';
      readonly path: string;
      readonly query: string;
      readonly authority?: string;
    }
  | { readonly kind: 'invalid'; readonly found: string };

// Method, target and version are apart by a space each; the line ends with CR LF.
const REQUEST_LINE_EXTRA_BYTES = ' '.length + ' HTTP/1.1\r\n'.length;
// `: ` and CR LF of each line, and the empty line that ends the section.
const FIELD_LINE_EXTRA_BYTES = 4;
const END_OF_SECTION_BYTES = 2;

/** A survey to be filled in; one serves all requests of a listener, because it is read in the same turn. */
export function emptySurvey(): HeadSurvey {
  return {
    headBytes: 0,
    hostLines: 0,
    host: '',
    chunked: false,
    foreignCoding: false,
    contentLengthBytes: 0,
  };
}

/** Surveys a head in one pass. The parser has checked that the framing fields are valid and not at odds. */
export function surveyHead(
  survey: HeadSurvey,
  method: string,
  target: string,
  fields: Fields,
): void {
  survey.headBytes =
    method.length + target.length + REQUEST_LINE_EXTRA_BYTES + END_OF_SECTION_BYTES;
  survey.hostLines = 0;
  survey.host = '';
  survey.chunked = false;
  survey.foreignCoding = false;
  survey.contentLengthBytes = 0;
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] as string;
    const value = fields[i + 1] as string;
    survey.headBytes += name.length + value.length + FIELD_LINE_EXTRA_BYTES;
    // The length sorts out nearly every line before its name is lower-cased.
    if (name.length === 4) surveyHost(survey, name, value);
    else if (name.length === 14) surveyContentLength(survey, name, value);
    else if (name.length === 17) surveyTransferEncoding(survey, name, value);
  }
}

function surveyTransferEncoding(survey: HeadSurvey, name: string, value: string): void {
  if (name.toLowerCase() !== 'transfer-encoding') return;
  survey.foreignCoding ||= survey.chunked || value.toLowerCase() !== 'chunked';
  survey.chunked = true;
}

function surveyHost(survey: HeadSurvey, name: string, value: string): void {
  if (name !== 'Host' && name !== 'host' && name.toLowerCase() !== 'host') return;
  survey.hostLines += 1;
  survey.host = value;
}

function surveyContentLength(survey: HeadSurvey, name: string, value: string): void {
  if (name.toLowerCase() === 'content-length') survey.contentLengthBytes = Number(value);
}

// Characters that cannot be in uri-host [":" port] (RFC 9110 §7.2): they would mean something else to whoever reads on.
const NOT_IN_HOST = '/?#@\\,<>"{}|^`';

/** True if `host` may be the authority of a target: not empty, printable ASCII, no delimiter of another component. */
export function isHostValue(host: string): boolean {
  if (host.length === 0) return false;
  for (let i = 0; i < host.length; i += 1) {
    const code = host.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) return false;
    // Letters, digits, dot and hyphen make up nearly every host.
    const plain = (code >= 0x61 && code <= 0x7a) || (code >= 0x2d && code <= 0x39 && code !== 0x2f);
    if (!plain && NOT_IN_HOST.includes(host.charAt(i))) return false;
  }
  return true;
}

function splitQuery(pathAndQuery: string): { path: string; query: string } {
  const mark = pathAndQuery.indexOf('?');
  if (mark === -1) return { path: pathAndQuery, query: '' };
  return { path: pathAndQuery.slice(0, mark), query: pathAndQuery.slice(mark + 1) };
}

const ABSOLUTE_FORM = /^https?:\/\/(?<authority>[^/?]*)(?<rest>.*)$/i;

/** Takes a request target apart: origin-form or absolute-form. Asterisk-form is the listener's own business. */
export function parseTarget(target: string): TargetParts {
  // RFC 9112 §3.2: no form has a fragment; recipients that disagree about it disagree about the resource.
  if (target.includes('#')) return { kind: 'invalid', found: 'a request target with a fragment' };
  if (target.charCodeAt(0) === 0x2f) return { kind: 'valid', ...splitQuery(target) };
  const groups = ABSOLUTE_FORM.exec(target)?.groups;
  if (groups === undefined) return { kind: 'invalid', found: 'a request target of no known form' };
  const { authority = '', rest = '' } = groups;
  if (!isHostValue(authority))
    return { kind: 'invalid', found: 'a request target with no valid host' };
  const { path, query } = splitQuery(rest);
  return { kind: 'valid', path: path === '' ? '/' : path, query, authority };
}

/** Why a request is refused before the pipeline sees it, or `undefined`. */
export function headRefusal(
  survey: HeadSurvey,
  target: string,
  httpVersion: string,
  limits: HttpLimits,
): EdgeError | undefined {
  if (target.length > limits.maxUrlBytes) {
    const found = `it has ${target.length} bytes, limit is ${limits.maxUrlBytes}`;
    return new EdgeError('EDGE_VIEWER_URL_TOO_LONG', `Cannot read the request target: ${found}`);
  }
  if (survey.headBytes > limits.maxHeaderBytes) {
    const found = `it has ${survey.headBytes} bytes, limit is ${limits.maxHeaderBytes}`;
    return new EdgeError(
      'EDGE_VIEWER_HEADERS_TOO_LARGE',
      `Cannot read the header section: ${found}`,
    );
  }
  // RFC 9112 §3.2: exactly one valid Host; HTTP/1.0 may leave it out.
  const hostMissing = survey.hostLines === 0;
  if (hostMissing ? httpVersion !== '1.0' : survey.hostLines > 1 || !isHostValue(survey.host)) {
    const found = `${survey.hostLines} Host fields, expected one valid Host`;
    return new EdgeError('EDGE_VIEWER_BAD_REQUEST', `Cannot read the request: found ${found}`);
  }
  // RFC 9112 §6.1: the parser has undone `chunked`; what else was done to the content, nobody behind us would know.
  if (survey.foreignCoding) {
    const found = 'found a transfer coding that is not known, expected "chunked"';
    return new EdgeError('EDGE_VIEWER_BAD_REQUEST', `Cannot read the request: ${found}`);
  }
  if (survey.contentLengthBytes > limits.maxBodyBytes) return bodyTooLarge(limits.maxBodyBytes);
  return undefined;
}

/** The failure of a request whose content is over the limit. */
export function bodyTooLarge(limitBytes: number): EdgeError {
  return new EdgeError(
    'EDGE_VIEWER_BODY_TOO_LARGE',
    `Cannot read the request content: it is larger than the limit of ${limitBytes} bytes`,
  );
}

/** The fields with `authority` as the only Host: RFC 9112 §3.2.2 gives absolute-form precedence. */
export function withAuthority(fields: Fields, authority: string): Fields {
  if (fieldValue(fields, 'host') === authority) return fields;
  const replaced: string[] = ['Host', authority];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const name = fields[i] as string;
    if (name.toLowerCase() !== 'host') replaced.push(name, fields[i + 1] as string);
  }
  return replaced;
}
