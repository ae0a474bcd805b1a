// Very many short log lines.
exports.handler = async () => {
  for (;;) console.log('x');
};
