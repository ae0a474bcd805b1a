// A promise that never settles.
exports.handler = () => new Promise((resolve) => setTimeout(resolve, 2 ** 30));
