import type { Outcome } from './run-cache-tests.ts';

/** Tests that end otherwise than `pass`, and why. */
interface Exception {
  readonly outcome: Exclude<Outcome, 'pass'>;
  readonly reason: string;
  readonly ids: readonly string[];
}

/**
 * Every test of http-cache-tests 0.4.5 that does not pass. RFC 9110 and RFC 9111 are younger than that release of the suite; where
 * they disagree, they decide. Its main branch has been corrected since, and there these tests pass.
 */
const EXCEPTIONS: readonly Exception[] = [
  {
    outcome: 'fail',
    reason: 'RFC 9111 §5.1: an Age that is not a number is ignored, it does not make stale',
    ids: ['age-parse-nonnumeric', 'age-parse-negative', 'age-parse-float'],
  },
  {
    outcome: 'fail',
    reason: 'RFC 9111 §5.1: of several Age values the first one counts',
    ids: [
      'age-parse-prefix-twoline',
      'age-parse-dup-0',
      'age-parse-dup-0-twoline',
      'age-parse-dup-old',
    ],
  },
  {
    outcome: 'fail',
    reason: 'the 502 that says that the origin closed the connection does not count for the suite',
    ids: [
      'stale-close-must-revalidate',
      'stale-close-proxy-revalidate',
      'stale-close-no-cache',
      'stale-close-s-maxage=2',
    ],
  },
  {
    outcome: 'fail',
    reason: 'RFC 9111 §3.2: a 304 updates every field but those that describe the stored content',
    ids: ['304-etag-update-response-Content-MD5'],
  },
  {
    outcome: 'retry',
    reason: 'RFC 9111 §4.3.4: a 304 with another entity tag must not be used, so it is asked again',
    ids: ['304-etag-update-response-ETag'],
  },
  {
    outcome: 'fail',
    reason: 'not built: storing partial responses (RFC 9111 §3.3)',
    ids: [
      'partial-store-partial-reuse-partial',
      'partial-store-partial-reuse-partial-byterange',
      'partial-store-partial-reuse-partial-absent',
      'partial-store-partial-reuse-partial-suffix',
      'partial-store-partial-complete',
    ],
  },
  {
    outcome: 'fail',
    reason: 'RFC 9111 §4.1: a cache must not guess what another preference would have selected',
    ids: ['vary-normalise-lang-select'],
  },
  {
    outcome: 'fail',
    reason: 'RFC 9110 §13.1.3: what was made after If-Modified-Since counts as modified',
    ids: ['conditional-lm-fresh-no-lm'],
  },
  {
    outcome: 'fail',
    reason: 'RFC 9111 §4.2.1: a lifetime that cannot be read is 0; of two the first one counts',
    ids: [
      'freshness-max-age-decimal-zero',
      'freshness-max-age-decimal-five',
      'freshness-max-age-a100',
      'freshness-max-age-100a',
      'freshness-max-age-two-stale-fresh-sameline',
      'freshness-max-age-two-stale-fresh-sepline',
    ],
  },
  {
    outcome: 'fail',
    reason: 'RFC 9111 §5.3: an Expires that is no HTTP-date lies in the past',
    ids: [
      'freshness-expires-32bit',
      'freshness-expires-far-future',
      'freshness-expires-invalid-utc',
      'freshness-expires-invalid-aest',
      'freshness-expires-invalid-2-digit-year',
      'freshness-expires-invalid-no-comma',
      'freshness-expires-invalid-multiple-spaces',
      'freshness-expires-invalid-date-dashes',
      'freshness-expires-invalid-time-periods',
      'freshness-expires-invalid-1-digit-hour',
      'freshness-expires-invalid-multiple-lines',
    ],
  },
  {
    outcome: 'fail',
    reason: 'RFC 9111 removed the Warning field',
    ids: ['stale-warning-stored', 'stale-warning-become'],
  },
  {
    outcome: 'fail',
    reason: 'RFC 9111 §4.2.2: a tenth of so short a time is over when the second request comes',
    ids: ['heuristic-delta-5', 'heuristic-delta-10', 'heuristic-delta-30'],
  },
  {
    outcome: 'fail',
    reason: 'RFC 9111 §5.2.1.5: no-store of a request is about storing, not about what is stored',
    ids: ['ccreq-no-store'],
  },
  {
    outcome: 'fail',
    reason: 'the origin of the suite writes this tag in UTF-8, its client asks in ISO-8859-1',
    ids: ['conditional-etag-strong-respond-obs-text'],
  },
  {
    outcome: 'fail',
    reason:
      'RFC 9110 §8.8.3: quotes are part of an entity tag, so they are neither added nor ignored',
    ids: [
      'conditional-etag-quoted-respond-unquoted',
      'conditional-etag-unquoted-respond-quoted',
      'conditional-etag-strong-generate-unquoted',
    ],
  },
  {
    outcome: 'fail',
    reason: 'a miss asks for the whole response, to store it; the cache answers the precondition',
    ids: ['conditional-etag-forward'],
  },
  {
    outcome: 'dependency',
    reason: 'builds on conditional-etag-forward',
    ids: ['conditional-etag-forward-unquoted'],
  },
  {
    outcome: 'fail',
    reason: 'RFC 9110 §9.3.2: the viewer of a HEAD gets the fields that the origin sent for it',
    ids: ['head-200-retain'],
  },
  {
    outcome: 'setup',
    reason: 'RFC 9111 §4.3.5: HEAD answered with 410 says that the stored response is out of date',
    ids: ['head-410-update'],
  },
];

const OUTCOMES: ReadonlyMap<string, Outcome> = new Map(
  EXCEPTIONS.flatMap(({ ids, outcome }) => ids.map((id) => [id, outcome] as const)),
);

/** The ids that are listed. */
export const exceptionIds: readonly string[] = [...OUTCOMES.keys()];

/** How a test is expected to end. */
export function expectedOutcome(id: string): Outcome {
  return OUTCOMES.get(id) ?? 'pass';
}
