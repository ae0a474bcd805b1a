// A result that is a Proxy whose traps never return.
exports.handler = async () =>
  new Proxy(
    {},
    {
      get(_target, name) {
        if (name === 'then') return undefined;
        for (;;);
      },
      ownKeys() {
        for (;;);
      },
    },
  );
