// A loop that begins after an await: the first stretch is long over.
exports.handler = async () => {
  await new Promise((resolve) => setTimeout(resolve, 10));
  for (;;);
};
