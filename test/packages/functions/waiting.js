const { json } = require('./reply');

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Waits three times, each for longer than its limit of CPU.
exports.handler = async () => {
  await pause(150);
  await pause(150);
  const response = await fetch('https://api.example.com/late');
  return json({ text: await response.text() });
};
