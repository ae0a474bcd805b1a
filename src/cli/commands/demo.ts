import { fileURLToPath } from 'node:url';
import { Supervisor, type SupervisorAddresses } from '../../app/supervisor.ts';
import type { LoadedConfig } from '../../config/compile.ts';
import type { EdgeConfig, OriginConfig } from '../../config/config.ts';
import { loadConfigFile } from '../../config/load.ts';
import { createLogger } from '../../telemetry/log.ts';
import { urlOf } from '../addresses.ts';
import { type Command, type CommandInput, portOption } from '../command.ts';
import { readConfigFile } from '../config-file.ts';
import { INVALID } from '../exit-codes.ts';
import { type OpenDemoOrigin, openDemoOrigin } from '../open-demo-origin.ts';
import { serveUntilStopped } from '../serve-until-stopped.ts';
import { print, styled } from '../terminal.ts';

/** Two folders up from sources and from `dist/` alike. */
const CONFIG_FILE = fileURLToPath(new URL('../../../config.example.json', import.meta.url));
const ORIGIN_PORT = 8081;

export const demoCommand: Command = {
  positionals: [],
  options: {
    port: { value: 'N', text: 'TCP port of the edge in place of the one in config.example.json' },
    'admin-port': { value: 'N', text: 'The same for the admin listener' },
    'origin-port': { value: 'N', text: `TCP port of the demo origin; default ${ORIGIN_PORT}` },
  },
  notes: ['0 stands for a free port. Ctrl-C lets open requests finish and ends with 0.'],
  run: async (input) => {
    const file = readConfigFile(CONFIG_FILE);
    if (file === undefined) return INVALID;
    const origin = await openDemoOrigin(portOption(input, 'origin-port', ORIGIN_PORT));
    try {
      const config = withPorts(file, input, origin);
      const logger = createLogger({ ...config.log, format: 'pretty' });
      const readConfig = (): LoadedConfig => {
        const loaded = loadConfigFile(CONFIG_FILE);
        if (loaded.kind === 'invalid') return loaded;
        return { kind: 'loaded', config: withPorts(loaded.config, input, origin) };
      };
      const supervisor = new Supervisor({ config, readConfig, logger });
      return await serveUntilStopped(supervisor, (addresses) => {
        for (const line of welcome(addresses, origin)) print(line);
      });
    } finally {
      await origin.close();
    }
  },
};

/** The example configuration on the ports of this run. */
function withPorts(config: EdgeConfig, input: CommandInput, { port }: OpenDemoOrigin): EdgeConfig {
  const origins = Object.entries(config.origins).map(([name, origin]): [string, OriginConfig] => [
    name,
    origin.port === ORIGIN_PORT ? { ...origin, port } : origin,
  ]);
  const { admin } = config;
  return {
    ...config,
    origins: Object.fromEntries(origins),
    listeners: config.listeners.map((listener) => ({
      ...listener,
      port: portOption(input, 'port', listener.port),
    })),
    ...(admin && { admin: { ...admin, port: portOption(input, 'admin-port', admin.port) } }),
  };
}

/** What `config.example.json` lets a newcomer see. `EDGE` stands for the address. */
const TRIES = [
  {
    line: "curl -i 'EDGE/pages/1?utm_source=mail'",
    shows: 'twice: a Miss, then a Hit whatever utm_source says; X-Tagged-By is stored with it',
  },
  {
    line: "curl -i 'EDGE/echo?b=2&a=1&utm_source=mail'",
    shows:
      'what the origin got: the query in order, X-Request-Id added; security headers on the way back',
  },
  {
    line: 'curl -i EDGE/api/time',
    shows: 'refused by a function before it costs a lookup; add -u demo:demo to get in',
  },
] as const;

function welcome({ viewer, admin }: SupervisorAddresses, origin: OpenDemoOrigin): string[] {
  const [first] = viewer;
  const edge = first === undefined ? '' : urlOf(first);
  return [
    '',
    `${styled('bold', 'isoedge')}      ${edge}`,
    `demo origin  ${origin.url}`,
    ...(admin === undefined ? [] : [`admin        ${urlOf(admin)}`]),
    'configured by config.example.json; Ctrl-C stops',
    '',
    'Try these:',
    ...TRIES.flatMap(({ line, shows }) => [
      `  ${styled('cyan', line.replace('EDGE', edge))}`,
      `      ${shows}`,
    ]),
    '',
  ];
}
