// A sort of a large array with a comparator that never agrees with itself.
exports.handler = async () => {
  const list = Array.from({ length: 2_000_000 }, Math.random);
  for (;;) list.sort(() => Math.random() - 0.5);
};
