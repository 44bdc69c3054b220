import type { Mutation } from './mutation.ts';

const INGEST = 'lambdas/ingest/ingest.ts';
const CACHE = 'lambdas/runtime/cached-secret.ts';
const SECRETS = 'lambdas/ingest/secret-source.ts';

/** Against ingest: who gets in, and that everybody gets an answer. */
export const INGEST_MUTATIONS: readonly Mutation[] = [
  {
    name: 'open-until-configured',
    says: 'While no secret is configured, everything is accepted.',
    aim: 'accepted-with-a-live-secret',
    edits: [
      {
        file: INGEST,
        find: "if (state.status !== 'ready') {",
        replace: "if (state.status === 'not-configured') return 1;\n    if (state.status !== 'ready') {",
      },
    ],
  },
  {
    name: 'revoked-secret-lives-on',
    says: 'A cached secret is used until one does not match.',
    aim: 'revoked-secret-stops',
    edits: [
      {
        file: CACHE,
        find: 'SECRET_MAX_AGE_MS = 5 * 60_000',
        replace: 'SECRET_MAX_AGE_MS = Number.POSITIVE_INFINITY',
      },
    ],
  },
  {
    name: 'mismatch-not-looked-at-again',
    says: 'After a rotation, the new secret is refused until the cached one is too old.',
    edits: [
      {
        file: CACHE,
        find: 'if (isWithin(lastReadAtMs, rereadIntervalMs)) return undefined;',
        replace: 'return undefined;',
      },
    ],
  },
  {
    name: 'missing-secret-cached-long',
    says: 'That no secret is configured is remembered for as long as a secret would be.',
    aim: 'genuine-is-not-refused',
    edits: [
      {
        file: SECRETS,
        find: "status === 'ready' ? SECRET_MAX_AGE_MS : SECRET_REREAD_INTERVAL_MS",
        replace: 'SECRET_MAX_AGE_MS',
      },
    ],
  },
  {
    name: 'secret-awaited-without-a-deadline',
    says: 'The answer waits for Secrets Manager for as long as that takes.',
    aim: 'ingest-always-answers',
    edits: [
      { file: INGEST, find: 'deadline.race(secrets.current())', replace: 'secrets.current()' },
      {
        file: 'lambdas/ingest/secrets-manager.ts',
        find: 'requestTimeoutMs: 1_500',
        replace: 'requestTimeoutMs: 15_000',
      },
    ],
  },
  {
    name: 'no-time-for-the-answer',
    says: 'The whole time of the function, and more, goes to the calls of AWS.',
    edits: [
      {
        file: 'lambdas/ingest/http-handler.ts',
        find: 'context.getRemainingTimeInMillis() - ANSWER_MARGIN_MS',
        replace: 'context.getRemainingTimeInMillis() + ANSWER_MARGIN_MS',
      },
    ],
  },
  {
    name: 'old-captures-accepted',
    says: 'The age of a signed request is not looked at.',
    aim: 'forgery-is-refused',
    edits: [
      {
        file: INGEST,
        find: 'if (Math.abs(ageSeconds) <= toleranceSeconds) {',
        replace: 'if (Number.isFinite(ageSeconds)) {',
      },
    ],
  },
  {
    name: 'body-not-signed',
    says: 'The signature is checked over id and timestamp alone.',
    edits: [{ file: 'lambdas/ingest/signature.ts', find: '    .update(content.body)\n', replace: '' }],
  },
  {
    name: 'signature-prefix-compared',
    says: 'A signature is compared as far as the sender gave it.',
    edits: [
      {
        file: 'lambdas/ingest/signature.ts',
        find: 'candidate.length === expected.length && timingSafeEqual(candidate, expected)',
        replace: 'timingSafeEqual(candidate, expected.subarray(0, candidate.length))',
      },
    ],
  },
  {
    name: 'text-taken-unseen',
    says: 'The gateway’s text goes on the queue whether or not it is what was signed.',
    edits: [
      {
        file: 'lambdas/ingest/http-handler.ts',
        find: '!isBase64Encoded && body.isWellFormed() ? body',
        replace: '!isBase64Encoded ? body',
      },
    ],
  },
  {
    name: 'a-function-url-takes-any-method',
    says: 'Of a request to a function URL the path alone is looked at.',
    edits: [
      {
        file: 'lambdas/ingest/http-handler.ts',
        find: 'requestContext.http.method} ',
        replace: "'POST'} ",
      },
    ],
  },
  {
    name: 'escaped-quote-ends-text',
    says: 'A text of a large body ends at its first quote, escaped or not.',
    edits: [
      {
        file: 'lambdas/ingest/top-level-texts.ts',
        find: 'json[index] === BACKSLASH ? 2 : 1',
        replace: '1',
      },
    ],
  },
  {
    name: 'senders-share-ids',
    says: 'An event of another sender is recorded under its bare id.',
    aim: 'accepted-after-the-queue-confirmed',
    edits: [
      {
        file: INGEST,
        find: 'eventIdFrom(source?.name, signed.id)',
        replace: 'eventIdFrom(undefined, signed.id)',
      },
    ],
  },
];
