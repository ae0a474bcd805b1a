// A rejection that nobody handles, then a wait.
exports.handler = () => {
  Promise.reject(new Error('nobody handles me'));
  return new Promise((resolve) => setTimeout(resolve, 10_000));
};
