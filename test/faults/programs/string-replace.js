// A replacement that multiplies its subject.
exports.handler = async () => {
  const kept = [];
  for (;;) kept.push('a'.repeat(50_000).replaceAll('', 'b'.repeat(100)));
};
