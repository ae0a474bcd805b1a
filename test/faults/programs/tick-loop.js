// process.nextTick that schedules itself.
exports.handler = () =>
  new Promise(() => {
    const again = () => process.nextTick(again);
    again();
  });
