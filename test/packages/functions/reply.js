/** A generated response with JSON content. */
exports.json = (value, status = 200) => ({
  status: String(status),
  headers: { 'content-type': [{ key: 'Content-Type', value: 'application/json' }] },
  body: JSON.stringify(value),
});

/** What a caught error looks like from outside. */
exports.describe = ({ name, code, message }) => ({ name, code, message });
