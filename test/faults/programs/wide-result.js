// A result with half a million header names.
const headers = {};
for (let i = 0; i < 300_000; i++) headers[`x-${i}`] = [{ value: '1' }];
exports.handler = async () => ({ status: '200', headers });
