// Four gigabytes in one native call.
exports.handler = async () => new Array(2 ** 29).fill(0).length;
