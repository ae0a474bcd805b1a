import type { Admission, AdmissionInput } from './admission.ts';
import { admitCloudfront } from './admission-cloudfront.ts';
import { admitRfc9111 } from './admission-rfc9111.ts';

/**
 * Decides whether a response may be stored. Runs after the origin-response hook, before any byte of content is kept. Reads
 * only. `notStored` still lets the response pass to the viewer.
 */
export function admit(input: AdmissionInput): Admission {
  const { policy } = input;
  return policy.kind === 'rfc9111' ? admitRfc9111(input) : admitCloudfront(input, policy);
}
