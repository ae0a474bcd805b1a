// A key derivation that wants gigabytes of memory outside of the heap.
exports.handler = async () =>
  require('node:crypto')
    .scryptSync('a', 'b', 32, { N: 2 ** 22, r: 32, p: 8, maxmem: 2 ** 40 })
    .toString('hex');
