// A result whose toJSON never returns.
exports.handler = async () => ({
  toJSON() {
    for (;;);
  },
});
