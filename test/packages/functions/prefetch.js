const { json } = require('./reply');

// Begun while the module is loaded, awaited by every invocation.
const config = fetch('https://api.example.com/config').then((response) => response.json());

exports.handler = async () => json(await config);
