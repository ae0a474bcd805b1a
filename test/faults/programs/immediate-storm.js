// Immediates that set immediates: many tiny stretches instead of a long one.
exports.handler = () =>
  new Promise(() => {
    const again = () => {
      for (let i = 0; i < 200; i++) Math.sqrt(i);
      setImmediate(again);
    };
    again();
  });
