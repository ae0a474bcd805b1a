import { type Command, portOption } from '../command.ts';
import { type ExitCode, OK } from '../exit-codes.ts';
import { openDemoOrigin } from '../open-demo-origin.ts';
import { print } from '../terminal.ts';

const DEFAULT_PORT = 8081;

export const demoOriginCommand: Command = {
  positionals: [],
  options: {
    port: { value: 'N', text: `TCP port on 127.0.0.1, 0 for a free one; default ${DEFAULT_PORT}` },
  },
  run: async (input) => {
    const origin = await openDemoOrigin(portOption(input, 'port', DEFAULT_PORT));
    print(`Demo origin: ${origin.url}`);
    const code = await stopSignal();
    await origin.close();
    return code;
  },
};

function stopSignal(): Promise<ExitCode> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve(OK));
    process.once('SIGINT', () => resolve(OK));
  });
}
