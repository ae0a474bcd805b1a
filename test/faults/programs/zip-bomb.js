// A compressed zero file that wants to become two gigabytes.
const zlib = require('node:zlib');
const zeros = zlib.gzipSync(Buffer.alloc(16 * 2 ** 20));
exports.handler = async () => {
  const kept = [];
  for (;;) kept.push(zlib.gunzipSync(zeros));
};
