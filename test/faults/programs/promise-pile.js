// Promises that nobody settles, without end.
exports.handler = async () => {
  const kept = [];
  for (;;) kept.push(new Promise((resolve) => kept.push(resolve)));
};
