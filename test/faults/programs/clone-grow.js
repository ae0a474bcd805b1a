// structuredClone of its own results.
exports.handler = async () => {
  let value = { text: 'x'.repeat(1000), list: [1, 2, 3] };
  for (;;) value = structuredClone({ a: value, b: value, c: [value] });
};
