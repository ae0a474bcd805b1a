// A result of eighty megabytes.
exports.handler = async () => ({ status: '200', body: 'x'.repeat(80_000_000) });
