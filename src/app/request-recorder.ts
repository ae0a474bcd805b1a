import type { Clock } from '../base/clock.ts';
import { fieldValue } from '../http/fields.ts';
import type { ReplyReport, ViewerRequest } from '../http/viewer-message.ts';
import type { Exchange } from '../pipeline/exchange.ts';
import type { AccessLog } from '../telemetry/access-log.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** Counts every reply and writes its access log line, when its last byte has left. */
export class RequestRecorder {
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #accessLog: AccessLog | undefined;
  readonly #statusClasses;
  readonly #results = new Map<string, ReturnType<Metrics['results']['of']>>();

  constructor(
    services: { readonly clock: Clock; readonly metrics: Metrics },
    accessLog: AccessLog | undefined,
  ) {
    this.#clock = services.clock;
    this.#metrics = services.metrics;
    this.#accessLog = accessLog;
    const { requests } = services.metrics;
    this.#statusClasses = ['aborted', '1xx', '2xx', '3xx', '4xx', '5xx'].map((name) =>
      requests.of(name),
    );
  }

  record(
    report: ReplyReport,
    request: ViewerRequest | undefined,
    exchange: Exchange | undefined,
  ): void {
    const { status, contentBytesSent, error } = report;
    this.#statusClasses[Math.floor(status / 100)]?.add();
    this.#metrics.responseBytes.add(contentBytesSent);
    if (error !== undefined) this.#metrics.errors.of(error.code).add();
    if (exchange !== undefined) this.#countResult(exchange.result);
    if (request === undefined) return;
    const endedAt = this.#clock.now();
    this.#metrics.requestSeconds.observe((endedAt - request.receivedAt) / 1000);
    if (this.#accessLog !== undefined) {
      this.#accessLog.write(accessRecord(endedAt, report, request, exchange));
    }
  }

  /** Opens the access log file anew, after a rotation has moved it. */
  reopen(): void {
    this.#accessLog?.reopen();
  }

  async dispose(): Promise<void> {
    await this.#accessLog?.dispose();
  }

  #countResult(result: string): void {
    let series = this.#results.get(result);
    if (series === undefined) {
      series = this.#metrics.results.of(result);
      this.#results.set(result, series);
    }
    series.add();
  }
}

function accessRecord(
  endedAt: number,
  report: ReplyReport,
  request: ViewerRequest,
  exchange: Exchange | undefined,
): Parameters<AccessLog['write']>[0] {
  return {
    ...ofExchange(exchange),
    endedAt,
    clientIp: request.clientIp,
    method: request.method,
    host: fieldValue(request.fields, 'host') ?? '',
    uri: request.path,
    query: request.query,
    protocol: `HTTP/${request.httpVersion}`,
    status: report.status === 0 ? 499 : report.status,
    bytes: report.contentBytesSent,
    timeTakenMs: endedAt - request.receivedAt,
    userAgent: fieldValue(request.fields, 'user-agent'),
    referer: fieldValue(request.fields, 'referer'),
    errorCode: (exchange?.failure ?? report.error)?.code,
    aborted: report.outcome === 'viewer-aborted',
  };
}

/** The part that the pipeline knows; a request that the listener refused never had an exchange. */
function ofExchange(exchange: Exchange | undefined) {
  if (exchange === undefined) return { requestId: '', resultType: 'Error', hooks: [] };
  return {
    requestId: exchange.requestId,
    resultType: exchange.result,
    cacheReason: exchange.note.forward ?? exchange.notStored,
    originMs: exchange.originMs,
    hooks: exchange.hookTimings,
  };
}
