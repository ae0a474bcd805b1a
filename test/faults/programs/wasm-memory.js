// The memory of a WebAssembly module, which no ArrayBuffer allocator sees.
exports.handler = async () => {
  const kept = [];
  for (;;) {
    const memory = new WebAssembly.Memory({ initial: 1024, maximum: 65_536 });
    for (;;) {
      new Uint8Array(memory.buffer).fill(1);
      if (memory.grow(1024) > 60_000) break;
    }
    kept.push(memory);
  }
};
