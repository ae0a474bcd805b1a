import { constants as files } from './fs-types.ts';
import { os } from './os.ts';

/** The old constants module. */
export const constants = { ...os.constants.errno, ...os.constants.signals, ...files };
