import { CognitoJwtVerifier } from 'aws-jwt-verify';
import { describe, json } from './reply.js';

const verifier = CognitoJwtVerifier.create({
  userPoolId: process.env.USER_POOL_ID,
  tokenUse: 'access',
  clientId: 'client-1',
});

export const handler = async (event) => {
  const { request } = event.Records[0].cf;
  try {
    const payload = await verifier.verify(request.headers.authorization[0].value);
    request.headers['x-user'] = [{ key: 'X-User', value: payload.sub }];
    return request;
  } catch (error) {
    return json(describe(error), 401);
  }
};
