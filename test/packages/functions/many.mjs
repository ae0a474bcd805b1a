import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import axios from 'axios';
import { got } from 'got';
import { createRemoteJWKSet } from 'jose';
import jwt from 'jsonwebtoken';
import _ from 'lodash';
import fetch from 'node-fetch';
import { describe, json } from './reply.js';

// Packages that are fine alone may disturb each other in one program.
export const handler = async () => {
  const client = new SSMClient({ region: 'us-east-1' });
  const failure = await client.send(new GetParameterCommand({ Name: '/x' })).catch(describe);
  return json({
    failure,
    types: _.map(
      [axios, got, createRemoteJWKSet, jwt.JsonWebTokenError, fetch],
      (one) => typeof one,
    ),
  });
};
