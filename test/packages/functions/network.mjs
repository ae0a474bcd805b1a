import { createHash } from 'node:crypto';
import https from 'node:https';
import { describe, json } from './reply.js';

const API = 'https://api.example.com';

let left;

const CASES = {
  denied: () => fetch('https://elsewhere.example.org:8443/path?token=secret'),
  'denied-https': () =>
    new Promise((_, reject) => {
      https.get('https://elsewhere.example.org/').on('error', reject);
    }),
  metadata: () => fetch('http://169.254.169.254/latest/meta-data/iam/security-credentials/'),
  private: (query) => fetch(query.get('url')),
  'keep-alive': async () => ({ status: (await fetch(`${API}/item`)).status }),
  // Each answer waits for the request of all the others.
  together: async () => {
    const names = Array.from({ length: 8 }, (_, i) => `${API}/together?of=8&i=${i}`);
    const texts = await Promise.all(names.map(async (name) => (await fetch(name)).text()));
    return { texts };
  },
  meet: async () => ({ text: await (await fetch(`${API}/together?of=5`)).text() }),
  bytes: async () => {
    const body = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 7) % 256);
    const response = await fetch(`${API}/bytes`, { method: 'POST', body });
    const bytes = new Uint8Array(await response.arrayBuffer());
    return { sent: sha256(body), received: sha256(bytes), length: bytes.length };
  },
  'too-much': () => fetch(`${API}/item`, { method: 'POST', body: new Uint8Array(7 * 2 ** 20) }),
  'too-long': async () => (await fetch(`${API}/flood`)).arrayBuffer(),
  unread: async () => ({ status: (await fetch(`${API}/endless`)).status }),
  // Begun in one invocation, looked at in the next.
  leave: async () => {
    left = fetch(`${API}/never`).then(String, (error) => describe(error.cause ?? error));
    // Lets the request go out.
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { left: true };
  },
  'look-again': async () => ({ outcome: await left }),
};

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

export const handler = async (event) => {
  const { uri, querystring } = event.Records[0].cf.request;
  try {
    return json(await CASES[uri.split('/')[2]](new URLSearchParams(querystring)));
  } catch (error) {
    return json({ ...describe(error), cause: error.cause && describe(error.cause) }, 502);
  }
};
