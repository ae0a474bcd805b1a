import type { Command } from './command.ts';

/** A command, loaded when it is called: `isoedge check` must not wait for what only `serve` needs. */
export interface CommandRow {
  /** One sentence for the help, without its stop. */
  readonly text: string;
  readonly load: () => Promise<Command>;
}

/** Every command. */
export const COMMANDS: Readonly<Record<string, CommandRow>> = {
  serve: {
    text: 'Runs the edge with a configuration file',
    load: async () => (await import('./commands/serve.ts')).serveCommand,
  },
  check: {
    text: 'Checks a configuration file and loads its functions, without serving',
    load: async () => (await import('./commands/check.ts')).checkCommand,
  },
  invoke: {
    text: 'Runs one function with events from a file',
    load: async () => (await import('./commands/invoke.ts')).invokeCommand,
  },
  limits: {
    text: 'Prints every limit of a configuration with its unit and source',
    load: async () => (await import('./commands/limits.ts')).limitsCommand,
  },
  demo: {
    text: 'Runs the demo origin and the edge in front of it, and prints what to try',
    load: async () => (await import('./commands/demo.ts')).demoCommand,
  },
  'demo-origin': {
    text: 'Runs a small origin that shows caching',
    load: async () => (await import('./commands/demo-origin.ts')).demoOriginCommand,
  },
};
