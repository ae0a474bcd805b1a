import { createRequire } from 'node:module';
import { type DestinationStream, type LoggerOptions, pino } from 'pino';
import type * as PinoPretty from 'pino-pretty';
import { EdgeError } from '../base/edge-error.ts';
import type { LogConfig } from '../config/config.ts';
import { LineFile } from './line-file.ts';

/** Facts of one log line. A member named `error` may be anything that was thrown. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** Writes log lines. A call never throws, and never waits for whoever reads the log. */
export interface Logger {
  debug(facts: LogFacts, message: string): void;
  info(facts: LogFacts, message: string): void;
  warn(facts: LogFacts, message: string): void;
  error(facts: LogFacts, message: string): void;
}

const STDERR = 2;

/**
 * Makes the log of the process: JSON lines `{ level, time, pid, msg, …facts }` on stderr, or coloured text. Lines are
 * written in the background and at the latest when the process exits, uncaught exceptions included.
 *
 * @param destination receives the lines in place of stderr, at once
 */
export function createLogger(config: LogConfig, destination?: DestinationStream): Logger {
  const options: LoggerOptions = {
    level: config.level,
    base: { pid: process.pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { error: describeThrown },
  };
  const lines = destination ?? new LineFile({ target: STDERR, flushAfterMs: 0 });
  if (config.format === 'json') return pino(options, lines);
  return pino(options, prettyLines(lines, destination === undefined && process.stderr.isTTY));
}

/** For code that wants a logger and has none: tests, and commands without a log. */
export const SILENT_LOGGER: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Turns JSON lines into text for people at a terminal. */
function prettyLines(destination: DestinationStream, colorize: boolean): DestinationStream {
  // Loaded only for people at a terminal: it would cost every process some MB.
  const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as typeof PinoPretty;
  const format = prettyFactory({ colorize, ignore: 'pid', translateTime: 'SYS:HH:MM:ss.l' });
  return {
    write: (line) => {
      destination.write(format(line));
    },
  };
}

interface ThrownDescription {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly facts?: EdgeError['facts'];
  readonly stack?: string;
  readonly cause?: ThrownDescription;
}

const DEEPEST_CAUSE = 5;

function describeThrown(thrown: unknown, depth = 0): ThrownDescription {
  if (!(thrown instanceof Error)) return { type: typeof thrown, message: String(thrown) };
  const edge = thrown instanceof EdgeError ? { facts: thrown.facts } : {};
  const code = 'code' in thrown ? { code: String(thrown.code) } : {};
  const hasCause = thrown.cause !== undefined && depth < DEEPEST_CAUSE;
  return {
    type: thrown.name,
    message: thrown.message,
    ...code,
    ...edge,
    ...(thrown.stack === undefined ? {} : { stack: thrown.stack }),
    ...(hasCause ? { cause: describeThrown(thrown.cause, depth + 1) } : {}),
  };
}
