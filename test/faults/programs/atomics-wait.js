// A thread that sleeps inside a system call and uses no CPU at all.
exports.handler = async () => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};
