// A thrown Proxy that throws whatever is asked of it.
exports.handler = async () => {
  throw new Proxy(new Error('x'), {
    get() {
      throw new Error('no');
    },
    getPrototypeOf() {
      throw new Error('no');
    },
  });
};
