// An error with a message of fifty megabytes.
exports.handler = async () => {
  throw new Error('x'.repeat(50_000_000));
};
