const jwt = require('jsonwebtoken');
const jwksClient = require('jwks-rsa');
const { describe, json } = require('./reply');

const { ISSUER } = process.env;
const client = jwksClient({ jwksUri: `${ISSUER}/.well-known/jwks.json`, cache: true });

function keyFor(header, callback) {
  client.getSigningKey(header.kid, (error, key) => callback(error, key?.getPublicKey()));
}

exports.handler = (event, _context, callback) => {
  const { request } = event.Records[0].cf;
  const token = request.headers.authorization[0].value.slice('Bearer '.length);
  jwt.verify(token, keyFor, { algorithms: ['RS256'], issuer: ISSUER }, (error, payload) => {
    callback(null, error ? json(describe(error), 401) : json(payload));
  });
};
