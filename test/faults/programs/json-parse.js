// JSON.parse of deeply nested text: native, and some thirty times its size in memory.
exports.handler = async () => {
  const half = 15_000_000;
  return JSON.parse('['.repeat(half) + ']'.repeat(half)).length;
};
