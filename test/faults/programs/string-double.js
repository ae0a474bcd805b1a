// Strings joined into ropes and flattened.
exports.handler = async () => {
  const kept = [];
  for (;;) {
    let text = 'abcdefgh';
    while (text.length < 2 ** 27) text += text;
    kept.push(text, text.charCodeAt(5), text.toUpperCase());
  }
};
