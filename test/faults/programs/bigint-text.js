// The decimal text of a huge BigInt: native, quadratic.
exports.handler = async () => (1n << 200_000_000n).toString();
