// A loop inside a timer callback, while the handler waits for something else.
exports.handler = () =>
  new Promise(() => {
    setTimeout(() => {
      for (;;);
    }, 5);
  });
