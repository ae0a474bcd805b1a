// Buffers, which live outside of the heap.
exports.handler = async () => {
  const kept = [];
  for (;;) kept.push(Buffer.alloc(16 * 2 ** 20, 1));
};
