// Requests to the network without end, all refused.
exports.handler = async () => {
  for (;;) fetch('http://127.0.0.1:9/').catch(() => undefined);
};
