// JSON.stringify of an object that repeats itself a thousand million times.
exports.handler = async () => {
  let tree = ['leaf'];
  for (let i = 0; i < 30; i++) tree = [tree, tree];
  return JSON.stringify(tree).length;
};
