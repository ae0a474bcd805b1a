import { Supervisor } from '../../app/supervisor.ts';
import { loadConfigFile } from '../../config/load.ts';
import { createLogger } from '../../telemetry/log.ts';
import { urlOf } from '../addresses.ts';
import { type Command, requiredOption } from '../command.ts';
import { readConfigFile } from '../config-file.ts';
import { INVALID } from '../exit-codes.ts';
import { serveUntilStopped } from '../serve-until-stopped.ts';

export const serveCommand: Command = {
  positionals: [],
  options: {
    config: { value: 'FILE', text: 'The configuration file', isRequired: true, short: 'c' },
  },
  notes: [
    'SIGTERM and Ctrl-C let open requests finish and end with 0; a second Ctrl-C ends at once.',
    'SIGHUP reads the file again without dropping a request; a file with problems is not used.',
  ],
  run: async (input) => {
    const file = requiredOption(input, serveCommand, 'config');
    const config = readConfigFile(file);
    if (config === undefined) return INVALID;
    const logger = createLogger(config.log);
    const readConfig = () => loadConfigFile(file);
    const supervisor = new Supervisor({ config, readConfig, logger });
    return await serveUntilStopped(supervisor, ({ viewer, admin }) => {
      const facts = { viewer: viewer.map(urlOf), ...(admin && { admin: urlOf(admin) }) };
      logger.info(facts, 'Serving');
    });
  },
};
