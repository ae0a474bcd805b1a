// A result whose member never finishes being read.
exports.handler = async () => ({
  get status() {
    for (;;);
  },
});
