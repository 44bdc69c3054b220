import type { Mutation } from './mutation.ts';

const CONDITIONS = 'lambdas/ledger/conditions.ts';
const LETTER = 'lambdas/ledger/letter.ts';
const DEAD_LETTER = 'lambdas/consumer/dead-letter.ts';
const MESSAGE = 'lambdas/consumer/incoming-message.ts';

const LATER = 'lettered_at_ms < :sent_at_ms AND ';
const NOT_A_REPLAY =
  '(lettered_signed_at_seconds < :signed_at_seconds OR :received_at_ms <= lettered_received_at_ms)';

/** Against the budget that belongs to the event: which of its messages a dead letter stands for. */
export const LETTER_MUTATIONS: readonly Mutation[] = [
  {
    name: 'budget-of-a-message',
    says: 'As in version 0.1 a dead letter stands for one message: each copy of the event has a budget.',
    aim: 'budgets-within-their-causes',
    edits: [
      {
        file: CONDITIONS,
        find: '(attribute_not_exists(lettered_at_ms) OR',
        replace: '(attribute_not_exists(lettered_at_ms) OR #status <> :owner OR',
      },
      {
        file: LETTER,
        find: 'if (atMs === undefined) return false;',
        replace: 'if (atMs !== 0) return false;',
      },
    ],
  },
  {
    name: 'letter-by-received-at-alone',
    says: 'A dead letter stands for all that ingest received before it, a redrive of it too.',
    aim: 'accepted-is-settled',
    edits: [
      {
        file: CONDITIONS,
        find: `${LATER}${NOT_A_REPLAY}`,
        replace: `lettered_at_ms < :received_at_ms AND (#status <> :owner OR ${LATER}${NOT_A_REPLAY})`,
      },
      {
        file: LETTER,
        find: 'return message.sentAtMs <= atMs || isReplay;',
        replace: 'return message.receivedAtMs <= atMs;',
      },
    ],
  },
  {
    name: 'replay-opens-a-budget',
    says: 'A delivery that is captured and sent again after its dead letter runs once more.',
    aim: 'a-fresh-budget-has-its-cause',
    edits: [
      {
        file: CONDITIONS,
        find: NOT_A_REPLAY,
        replace: `(#status <> :owner OR ${NOT_A_REPLAY})`,
      },
    ],
  },
  {
    name: 'older-message-opens-a-budget',
    says: 'What SQS took before the dead letter may run after it.',
    aim: 'a-fresh-budget-has-its-cause',
    edits: [
      {
        file: CONDITIONS,
        find: LATER,
        replace: '(#status <> :owner OR lettered_at_ms < :sent_at_ms) AND ',
      },
    ],
  },
  {
    name: 'lettered-before-another-body',
    says: 'A refusal is read as lettered before the body is compared.',
    edits: [
      {
        file: 'lambdas/ledger/claim-result.ts',
        find: "  if (record.body_sha256 !== event.bodySha256) return { outcome: 'payload-mismatch' };\n",
        replace:
          "  if (isLettered(record, event)) return { outcome: 'lettered' };\n  if (record.body_sha256 !== event.bodySha256) return { outcome: 'payload-mismatch' };\n",
      },
    ],
  },
  {
    name: 'letter-without-clock-allowance',
    says: 'The dead letter’s time is this worker’s clock, as if SQS had the same.',
    edits: [{ file: DEAD_LETTER, find: 'failedAtMs - LEASE_SKEW_MS', replace: 'failedAtMs' }],
  },
  {
    name: 'letter-forgets-its-own-message',
    says: 'SQS may show the lettered message once more, and it has a budget.',
    aim: 'a-fresh-budget-has-its-cause',
    edits: [
      {
        file: DEAD_LETTER,
        find: 'Math.max(failedAtMs - LEASE_SKEW_MS, message.facts.sentAtMs)',
        replace: 'failedAtMs - LEASE_SKEW_MS',
      },
    ],
  },
  {
    name: 'late-redrive-is-a-replay',
    says: 'A redrive that lost its mark is told from a replay by nothing.',
    edits: [
      {
        file: MESSAGE,
        find: 'return isLate || record.messageAttributes[MessageAttribute.FAILURE] !== undefined;',
        replace: 'return !isLate && record.messageAttributes[MessageAttribute.FAILURE] !== undefined;',
      },
    ],
  },
  {
    name: 'moved-letter-is-a-replay',
    says: 'What SQS’s move task puts back counts as a delivery of Svix’s.',
    edits: [
      {
        file: MESSAGE,
        find: 'return isLate || record.messageAttributes[MessageAttribute.FAILURE] !== undefined;',
        replace: 'return isLate;',
      },
    ],
  },
  {
    name: 'letter-not-released',
    says: 'The release after the copy is left out: the next attempt copies once more.',
    aim: 'one-letter-for-a-budget',
    edits: [
      {
        file: DEAD_LETTER,
        find: 'await persistFinal(attempt, (nowMs) => ledger.releaseDeadLetter(claim, release, nowMs));',
        replace: "release.someStillRunning ? 'lost' : 'written';",
      },
    ],
  },
  {
    name: 'claim-forgets-the-letter',
    says: 'A redrive’s claim removes what its dead letter stands for.',
    edits: [
      {
        file: 'lambdas/ledger/update-expressions.ts',
        find: 'REMOVE not_before_ms, dead_letter_reason`',
        replace: 'REMOVE not_before_ms, dead_letter_reason, lettered_at_ms`',
      },
    ],
  },
];
