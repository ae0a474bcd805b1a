// BigInt squares: one native multiplication takes seconds and cannot be interrupted.
exports.handler = async () => {
  let n = 7n;
  for (;;) n *= n;
};
