// A thrown error whose description never ends.
exports.handler = async () => {
  throw Object.defineProperty(new Error('x'), 'message', {
    get() {
      for (;;);
    },
  });
};
