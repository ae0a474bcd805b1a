import type * as ownConsoleTableModule from './console-table.ts';
import { tellHost } from './host.ts';
import type * as ownInspectModule from './inspect.ts';

/** Characters of one log event; Lambda's own limit is 256 KB per event. */
const LONGEST_EVENT = 256 * 1024;

type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

function inspector(): typeof ownInspectModule {
  return require('./inspect.ts') as typeof ownInspectModule;
}

/** util.format, without loading it for what most functions log: plain strings. */
export function formatArguments(args: readonly unknown[]): string {
  const [first] = args;
  if (args.length === 1 && typeof first === 'string') return first;
  if (args.every((arg) => typeof arg === 'string') && !String(first).includes('%')) {
    return args.join(' ');
  }
  return inspector().format(...args);
}

/** Sends one log event to the host, cut to the longest event with a note. */
export function writeLog(level: Level, text: string): void {
  if (text.length <= LONGEST_EVENT) {
    tellHost('log', level, text);
    return;
  }
  const note = `… [cut: ${text.length} characters, limit ${LONGEST_EVENT}]`;
  tellHost('log', level, text.slice(0, LONGEST_EVENT - note.length) + note);
}

interface Sink {
  write(text: string): unknown;
}

type Write = (level: Level, text: string) => void;
type Method = (...args: unknown[]) => void;

function withIndent(text: string, indent: string): string {
  return indent === '' ? text : indent + text.replaceAll('\n', `\n${indent}`);
}

/**
 * The console methods over `write`. State (groups, counters, timers) belongs to the made console.
 */
function consoleMethods(write: Write): Record<string, Method> {
  let indent = '';
  const say = (level: Level, args: readonly unknown[]): void =>
    write(level, withIndent(formatArguments(args), indent));
  const group: Method = (...args) => {
    if (args.length > 0) say('info', args);
    indent += '  ';
  };
  return {
    log: (...args) => say('info', args),
    info: (...args) => say('info', args),
    debug: (...args) => say('debug', args),
    warn: (...args) => say('warn', args),
    error: (...args) => say('error', args),
    dir: (value, options) =>
      write(
        'info',
        withIndent(
          inspector().inspect(value, { customInspect: false, ...(options as object) }),
          indent,
        ),
      ),
    dirxml: (...args) => say('info', args),
    trace: (...args) => {
      const error = { name: 'Trace', message: formatArguments(args), stack: '' };
      Error.captureStackTrace(error);
      const frames = error.stack.split('\n').slice(2).join('\n');
      const head = error.message === '' ? 'Trace' : `Trace: ${error.message}`;
      write('trace', withIndent(`${head}\n${frames}`, indent));
    },
    assert: (condition, ...args) => {
      if (condition) return;
      const [first, ...rest] = args;
      if (typeof first === 'string') say('warn', [`Assertion failed: ${first}`, ...rest]);
      else say('warn', args.length === 0 ? ['Assertion failed'] : ['Assertion failed', ...args]);
    },
    group,
    groupCollapsed: group,
    groupEnd: () => {
      indent = indent.slice(2);
    },
    clear: () => undefined,
    ...counters((text) => write('info', withIndent(text, indent))),
    ...stopwatches((text) => write('info', withIndent(text, indent))),
    table: (data, columns) => {
      const { renderTable } = require('./console-table.ts') as typeof ownConsoleTableModule;
      const text = renderTable(data, columns as readonly string[] | undefined);
      if (text === undefined) say('info', [data]);
      else write('info', withIndent(text, indent));
    },
    profile: () => undefined,
    profileEnd: () => undefined,
    timeStamp: () => undefined,
  };
}

function counters(say: (text: string) => void): Record<string, Method> {
  const counts = new Map<string, number>();
  return {
    count: (label = 'default') => {
      const count = (counts.get(String(label)) ?? 0) + 1;
      counts.set(String(label), count);
      say(`${String(label)}: ${count}`);
    },
    countReset: (label = 'default') => {
      counts.delete(String(label));
    },
  };
}

function stopwatches(say: (text: string) => void): Record<string, Method> {
  const starts = new Map<string, number>();
  const elapsed = (label: string): string => `${label}: ${Date.now() - (starts.get(label) ?? 0)}ms`;
  return {
    time: (label = 'default') => {
      starts.set(String(label), Date.now());
    },
    timeLog: (label = 'default', ...args) => {
      if (starts.has(String(label)))
        say([elapsed(String(label)), formatArguments(args)].join(' ').trimEnd());
    },
    timeEnd: (label = 'default') => {
      if (!starts.delete(String(label)) && !starts.has(String(label))) return;
      say(elapsed(String(label)));
    },
  };
}

interface Sinks {
  readonly stdout: Sink;
  readonly stderr?: Sink;
}

/**
 * The class behind `new console.Console(stdout, stderr)`; a function, since Node allows it without
 * `new`.
 */
function Console(first: Sink | Sinks, second?: Sink): object {
  const sinks: Sinks = 'write' in first ? { stdout: first, stderr: second ?? first } : first;
  const { stdout, stderr = stdout } = sinks;
  return consoleMethods((level, text) => {
    const sink = level === 'warn' || level === 'error' || level === 'trace' ? stderr : stdout;
    sink.write(`${text}\n`);
  });
}

/**
 * Makes the global console, whose lines go to the log of the function. As Lambda's runtime patches
 * it, `trace` and `fatal` are levels: no stack is added.
 */
export function makeConsole(): object {
  const made = consoleMethods(writeLog);
  made['trace'] = (...args) => writeLog('trace', formatArguments(args));
  made['fatal'] = (...args) => writeLog('fatal', formatArguments(args));
  return Object.defineProperties(made, {
    Console: { value: Console, writable: true, configurable: true },
    [Symbol.toStringTag]: { value: 'console', configurable: true },
  });
}
