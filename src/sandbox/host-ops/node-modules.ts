import type Crypto from 'node:crypto';
import type Http from 'node:http';
import type Zlib from 'node:zlib';

/**
 * Node's own modules behind the operations, each loaded when an operation first needs it: together they would cost every host, the warm spare
 * too, 12 MB that most functions never use.
 */
export const node = {
  get crypto(): typeof Crypto {
    return process.getBuiltinModule('node:crypto');
  },
  get http(): typeof Http {
    return process.getBuiltinModule('node:http');
  },
  get zlib(): typeof Zlib {
    return process.getBuiltinModule('node:zlib');
  },
};
