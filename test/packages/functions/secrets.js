const { GetSecretValueCommand, SecretsManagerClient } = require('@aws-sdk/client-secrets-manager');
const { json } = require('./reply');

const client = new SecretsManagerClient({
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE2', secretAccessKey: 'not a secret' },
});
// Asked for once in the life of the environment, as the documentation advises.
let secret;

exports.handler = async () => {
  secret ??= client.send(new GetSecretValueCommand({ SecretId: 'edge/key' }));
  const { SecretString, SecretBinary } = await secret;
  return json({ ...JSON.parse(SecretString), binary: [...SecretBinary] });
};
