const jwt = require('jsonwebtoken');
const { describe, json } = require('./reply');

const { SECRET, PRIVATE_KEY, PUBLIC_KEY } = process.env;

function verify(token, key, options) {
  try {
    return jwt.verify(token, key, options);
  } catch (error) {
    return { ...describe(error), expiredAt: error.expiredAt };
  }
}

exports.handler = async (event) => {
  const { request } = event.Records[0].cf;
  const [, token = ''] = /^Bearer (.*)$/.exec(request.headers.authorization?.[0].value ?? '') ?? [];
  const { header } = jwt.decode(token, { complete: true }) ?? {};
  const key = header?.alg === 'RS256' ? PUBLIC_KEY : SECRET;
  return json({
    verified: verify(token, key, { algorithms: ['HS256', 'RS256'], audience: 'edge' }),
    signed: {
      HS256: jwt.sign({ sub: 'edge' }, SECRET, { expiresIn: '5m', keyid: 'k1' }),
      RS256: jwt.sign({ sub: 'edge' }, PRIVATE_KEY, { algorithm: 'RS256', issuer: 'isoedge' }),
    },
  });
};
