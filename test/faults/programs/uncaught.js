// An exception in a timer callback.
exports.handler = () =>
  new Promise(() => {
    setTimeout(() => {
      throw new RangeError('thrown in a timer');
    }, 1);
  });
