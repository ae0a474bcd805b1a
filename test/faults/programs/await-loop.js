// An async loop that awaits a settled promise for ever.
exports.handler = async () => {
  for (;;) await null;
};
