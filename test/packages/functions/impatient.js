// Waits for a response that never comes, until the time limit of the invocation.
exports.handler = async () => {
  await fetch('https://api.example.com/never');
};
