// A promise that nothing can ever settle.
exports.handler = () => new Promise(() => {});
