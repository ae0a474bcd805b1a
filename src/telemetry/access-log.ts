import type { EpochMs } from '../base/clock.ts';
import type { AccessLogConfig } from '../config/config.ts';
import { LineFile } from './line-file.ts';
import type { Logger } from './log.ts';

/** One finished request. Members keep the meaning of CloudFront's log fields, named beside them. */
export interface AccessRecord {
  /** End of the response (`date`, `time`). */
  readonly endedAt: EpochMs;
  /** `x-edge-request-id`. */
  readonly requestId: string;
  /** `c-ip`. */
  readonly clientIp: string;
  /** `cs-method`. */
  readonly method: string;
  /** `x-host-header`: what the viewer sent. */
  readonly host: string;
  /** `cs-uri-stem`: the path as the viewer sent it. */
  readonly uri: string;
  /** `cs-uri-query`, without `?`; `''` if there is none. */
  readonly query: string;
  /** `cs-protocol-version`, such as `HTTP/1.1`. */
  readonly protocol: string;
  /** `sc-status`; 499 if the viewer went away before there was one. */
  readonly status: number;
  /** `sc-bytes`: header section and content sent to the viewer. */
  readonly bytes: number;
  /** `time-taken`: from the first byte of the request to the last of the response. */
  readonly timeTakenMs: number;
  /** `x-edge-result-type`: the first word of `X-Cache`. */
  readonly resultType: string;
  /** Why the request was not answered from the cache, or its response not stored; as in `Cache-Status`. */
  readonly cacheReason?: string | undefined;
  /** `origin-lbl`: how long the origin took, failed attempts included; absent without origin. */
  readonly originMs?: number | undefined;
  /** Wall-clock time of each hook call. */
  readonly hooks: readonly HookTime[];
  /** `cs-user-agent`. */
  readonly userAgent?: string | undefined;
  /** `cs-referer`. */
  readonly referer?: string | undefined;
  /** Code of the failure that ended the request. */
  readonly errorCode?: string | undefined;
  /** The viewer went away before the response was complete. */
  readonly aborted: boolean;
}

/** One hook call of a request. */
export interface HookTime {
  readonly point: string;
  readonly wallMs: number;
}

/** One line per request. */
export interface AccessLog {
  /** Adds the line of a request. Joins strings, nothing else; the line is written up to half a second later. */
  write(record: AccessRecord): void;
  /** Opens the file anew, after a log rotation has moved it. */
  reopen(): void;
  /** Writes what waits and closes the file. */
  dispose(): Promise<void>;
}

const STDOUT = 1;
const FLUSH_AFTER_MS = 500;

/** Opens the access log. Throws the error of `open` if the file cannot be opened. */
export function openAccessLog(config: AccessLogConfig, logger: Logger): AccessLog {
  const file = new LineFile({
    target: config.file === '-' ? STDOUT : config.file,
    flushAfterMs: FLUSH_AFTER_MS,
    onFailure: (error) => {
      logger.error({ error, file: config.file }, 'Access log cannot be written, lines are dropped');
    },
  });
  return {
    write: (record) => {
      file.write(accessLine(record));
    },
    reopen: () => {
      file.reopen();
    },
    dispose: async () => {
      await file.dispose();
    },
  };
}

/** The JSON line of a request. Assembled by hand: text that viewers choose is the only thing that needs escaping. */
export function accessLine(record: AccessRecord): string {
  let line = `{"time":"${new Date(record.endedAt).toISOString()}","requestId":"${record.requestId}"`;
  line += `,"clientIp":"${record.clientIp}","method":${JSON.stringify(record.method)}`;
  line += `,"host":${JSON.stringify(record.host)},"uri":${JSON.stringify(record.uri)}`;
  line += `,"query":${JSON.stringify(record.query)},"protocol":"${record.protocol}"`;
  line += `,"status":${record.status},"bytes":${record.bytes}`;
  line += `,"timeTakenMs":${milliseconds(record.timeTakenMs)},"resultType":"${record.resultType}"`;
  if (record.cacheReason !== undefined)
    line += `,"cacheReason":${JSON.stringify(record.cacheReason)}`;
  if (record.originMs !== undefined) line += `,"originMs":${milliseconds(record.originMs)}`;
  if (record.hooks.length > 0) line += `,"hooks":{${hookMembers(record.hooks)}}`;
  if (record.userAgent !== undefined) line += `,"userAgent":${JSON.stringify(record.userAgent)}`;
  if (record.referer !== undefined) line += `,"referer":${JSON.stringify(record.referer)}`;
  if (record.errorCode !== undefined) line += `,"errorCode":"${record.errorCode}"`;
  return record.aborted ? `${line},"aborted":true}\n` : `${line}}\n`;
}

function hookMembers(hooks: readonly HookTime[]): string {
  let members = '';
  for (const { point, wallMs } of hooks) {
    members += `${members === '' ? '' : ','}"${point}":${milliseconds(wallMs)}`;
  }
  return members;
}

/** Microsecond precision: more digits are noise. */
function milliseconds(value: number): number {
  return Math.round(value * 1000) / 1000;
}
