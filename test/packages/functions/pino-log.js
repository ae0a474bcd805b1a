const pino = require('pino');
const { json } = require('./reply');

const logger = pino({ name: 'edge', level: 'debug', redact: ['token'] });

exports.handler = async (event) => {
  const { request } = event.Records[0].cf;
  logger.child({ uri: request.uri }).info({ token: 'secret' }, 'a viewer came');
  logger.error(new TypeError('not so good'));
  return json({ bindings: logger.bindings() });
};
