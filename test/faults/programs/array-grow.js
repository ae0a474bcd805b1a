// An array that grows until something gives.
exports.handler = async () => {
  const list = [];
  for (;;) list.push(new Array(1000).fill(list.length));
};
