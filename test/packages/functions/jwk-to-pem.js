const jwkToPem = require('jwk-to-pem');
const jwt = require('jsonwebtoken');
const { json } = require('./reply');

const { JWK, EC_JWK } = process.env;
const pem = jwkToPem(JSON.parse(JWK));

exports.handler = async (event) => {
  const { request } = event.Records[0].cf;
  const token = request.headers.authorization[0].value.slice('Bearer '.length);
  const payload = jwt.verify(token, pem, { algorithms: ['RS256'] });
  return json({ payload, pem, ecPem: jwkToPem(JSON.parse(EC_JWK)) });
};
