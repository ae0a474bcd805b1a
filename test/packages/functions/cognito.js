const { Authenticator } = require('cognito-at-edge');

const authenticator = new Authenticator({
  region: 'us-east-1',
  userPoolId: process.env.USER_POOL_ID,
  userPoolAppId: 'client-1',
  userPoolAppSecret: 'app-secret',
  userPoolDomain: process.env.USER_POOL_DOMAIN,
  cookieExpirationDays: 1,
  httpOnly: true,
  logLevel: 'error',
});

exports.handler = async (request) => authenticator.handle(request);
