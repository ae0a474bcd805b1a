// A replacement that multiplies its subject.
exports.handler = async () => "a".repeat(500_000).replaceAll("", "b".repeat(1000)).length;
