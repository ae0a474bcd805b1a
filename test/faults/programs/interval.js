// A handler that never calls back, kept alive by an interval.
exports.handler = (_event, _context, callback) => {
  setInterval(() => callback.name, 1);
};
