// As much log as a call can write.
exports.handler = async () => {
  const line = 'log '.repeat(50_000);
  for (;;) console.log(line);
};
