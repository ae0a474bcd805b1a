// An empty loop that never ends.
exports.handler = async () => {
  for (;;);
};
