// A regular expression that backtracks exponentially.
exports.handler = async () => /^(a+)+$/.test(`${'a'.repeat(40)}b`);
