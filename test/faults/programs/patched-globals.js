// Every built-in that the runtime could lean on replaced by an endless loop.
exports.handler = async () => {
  const spin = () => {
    for (;;);
  };
  for (const prototype of [
    Array.prototype,
    Map.prototype,
    Function.prototype,
    String.prototype,
    Promise.prototype,
  ]) {
    for (const name of Reflect.ownKeys(prototype)) {
      try {
        prototype[name] = spin;
      } catch {}
    }
  }
  return { status: '200' };
};
