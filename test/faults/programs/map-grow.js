// A Map that grows: its table doubles in one native step.
exports.handler = async () => {
  const map = new Map();
  for (let i = 0; ; i++) map.set(i, i);
};
