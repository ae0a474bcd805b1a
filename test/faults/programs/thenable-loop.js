// A thenable whose then never returns.
exports.handler = () => ({
  then() {
    for (;;);
  },
});
