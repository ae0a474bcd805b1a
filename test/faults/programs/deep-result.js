// A result that is nested deeper than any stack.
let deep = [];
for (let i = 0; i < 1_000_000; i++) deep = [deep];
exports.handler = async () => ({ status: '200', body: deep });
