import type { Mutation } from './mutation.ts';

const CONDITIONS = 'lambdas/ledger/conditions.ts';
const UPDATES = 'lambdas/ledger/update-expressions.ts';

/** Against the state machine: its predicates one by one, and what its writes carry. */
export const LEDGER_MUTATIONS: readonly Mutation[] = [
  {
    name: 'no-write-is-fenced',
    says: 'The later writes of an attempt ask for no owner.',
    aim: 'lost-owner-never-writes',
    edits: [
      {
        file: CONDITIONS,
        find: "STILL_OURS = '#owner = :owner'",
        replace: "STILL_OURS = '(attribute_not_exists(fence) OR #owner = :owner)'",
      },
    ],
  },
  {
    name: 'completed-may-be-claimed',
    says: 'A claim takes whatever nobody works on, COMPLETED events too.',
    aim: 'claim-not-after-completion',
    edits: [
      { file: CONDITIONS, find: '(#status = :failed AND', replace: '(#status <> :in_progress AND' },
      { file: CONDITIONS, find: "'(#status = :in_progress AND", replace: "'(#status <> :failed AND" },
    ],
  },
  {
    name: 'completion-not-final',
    says: 'A failure may be recorded over a completion.',
    aim: 'completed-is-final',
    edits: [{ file: CONDITIONS, find: '(#status = :failed AND', replace: '(#status <> :in_progress AND' }],
  },
  {
    name: 'body-not-compared',
    says: 'A claim looks at the svix-id alone, not at the body.',
    aim: 'claim-has-the-same-body',
    edits: [{ file: CONDITIONS, find: 'BODY_IS_THE_SAME} AND', replace: 'NOT_CLAIMED_BY_US} AND' }],
  },
  {
    name: 'lease-not-awaited',
    says: 'An event in progress may be claimed while its lease is live.',
    aim: 'claim-waits-for-the-lease',
    edits: [{ file: CONDITIONS, find: ' AND lease_expires_at_ms <= :now_ms', replace: '' }],
  },
  {
    name: 'lease-written-in-seconds',
    says: 'The end of the lease is recorded in seconds.',
    aim: 'claim-waits-for-the-lease',
    edits: [
      {
        file: 'lambdas/ledger/dynamodb-ledger.ts',
        find: "':lease_expires_at_ms': number(claim.leaseExpiresAtMs),\n      ':zero'",
        replace: "':lease_expires_at_ms': number(Math.ceil(claim.leaseExpiresAtMs / 1000)),\n      ':zero'",
      },
    ],
  },
  {
    name: 'lease-without-skew',
    says: 'The lease ends with the function, as if all clocks were one.',
    aim: 'claim-waits-for-the-lease',
    edits: [
      {
        file: 'lambdas/consumer/process-message.ts',
        find: 'invocation.deadlineMs + LEASE_SKEW_MS',
        replace: 'invocation.deadlineMs',
      },
    ],
  },
  {
    name: 'backoff-not-awaited',
    says: 'A failed event may be claimed before its backoff has passed.',
    aim: 'claim-waits-for-the-backoff',
    edits: [
      {
        file: CONDITIONS,
        find: ' AND (attribute_not_exists(not_before_ms) OR not_before_ms <= :now_ms)',
        replace: '',
      },
    ],
  },
  {
    name: 'late-claim-takes-a-later-failure',
    says: 'A claim that was sent before a failure may take up the failed event.',
    edits: [{ file: CONDITIONS, find: '{SENT_AFTER_THE_FAILURE}', replace: "{'#status = :failed'}" }],
  },
  {
    name: 'claim-applied-twice',
    says: 'A claim whose request arrives a second time is applied a second time.',
    edits: [{ file: CONDITIONS, find: '{NOT_CLAIMED_BY_US} AND', replace: '{BODY_IS_THE_SAME} AND' }],
  },
  {
    name: 'failure-applied-after-release',
    says: 'A failure whose request arrives a second time takes the budget that a redrive was promised.',
    edits: [{ file: CONDITIONS, find: '{STILL_OURS} AND attempts = :attempts', replace: '{STILL_OURS}' }],
  },
  {
    name: 'claim-withdrawn-twice',
    says: 'A withdrawal whose request arrives a second time is applied a second time.',
    edits: [
      {
        file: CONDITIONS,
        find: 'AND #status = :in_progress AND lease_expires_at_ms = :lease_expires_at_ms',
        replace: 'AND (#status = :in_progress OR lease_expires_at_ms <= :lease_expires_at_ms)',
      },
    ],
  },
  {
    name: 'claim-forgets-handlers',
    says: 'Every claim begins with an empty map of handlers.',
    aim: 'completions-stay-recorded',
    edits: [
      {
        file: UPDATES,
        find: 'handlers = if_not_exists(handlers, :no_handlers)',
        replace: 'handlers = :no_handlers',
      },
    ],
  },
  {
    name: 'every-claim-counts',
    says: 'An attempt is counted when it is claimed, whoever killed it.',
    aim: 'attempts-count-claims',
    edits: [
      {
        file: UPDATES,
        find: 'attempts = if_not_exists(attempts_spent, :zero)',
        replace: 'attempts = if_not_exists(attempts, :zero)',
      },
    ],
  },
  {
    name: 'death-in-company-counts',
    says: 'An attempt in company is counted at once, as if its death would be its own.',
    aim: 'abandoned-means-a-death-alone',
    edits: [
      {
        file: 'lambdas/ledger/dynamodb-ledger.ts',
        find: "':spent': claim.alone ? ONE : ZERO",
        replace: "':spent': ONE",
      },
    ],
  },
  {
    name: 'marks-survive-dead-lettering',
    says: 'Handlers that failed for good stay marked in the record of a dead letter.',
    aim: 'redrive-starts-afresh',
    edits: [
      {
        file: 'lambdas/consumer/dead-letter.ts',
        find: 'forgottenHandlers: handlersFailedForGood(record, outcome)',
        replace: 'forgottenHandlers: handlersFailedForGood(record, outcome).slice(0, 0)',
      },
    ],
  },
  {
    name: 'budget-not-reset',
    says: 'A redriven event goes on with the budget that it had spent.',
    edits: [{ file: UPDATES, find: "const released = ['attempts_spent', ", replace: 'const released = [' }],
  },
  {
    name: 'reason-forgotten-by-claim',
    says: 'Only the first claim after a dead-lettering that died knows what was decided.',
    aim: 'the-first-reason-stays',
    edits: [
      {
        file: UPDATES,
        find: 'REMOVE not_before_ms, dead_letter_reason`',
        replace: 'REMOVE not_before_ms, dead_letter_reason, unfinished_dead_letter`',
      },
    ],
  },
  {
    name: 'placeholder-left-over',
    says: 'A request binds a value that no expression uses, which DynamoDB refuses.',
    aim: 'table-understands-every-request',
    edits: [
      {
        file: 'lambdas/ledger/dynamodb-ledger.ts',
        find: "{ ':completed': text(EventStatus.COMPLETED) } as const",
        replace: "{ ':completed': text(EventStatus.COMPLETED), ':one': number(1) } as const",
      },
    ],
  },
  {
    name: 'abandoned-forgotten-with-the-answer',
    says: 'A claim whose answer was lost does not learn that the attempt before it died.',
    edits: [
      {
        file: 'lambdas/ledger/claim-result.ts',
        find: 'if (record.owner === claim.owner) return heldBy(claim, record);',
        replace:
          "if (record.owner === claim.owner) return heldBy(claim, { ...record, status_before: 'FAILED' });",
      },
    ],
  },
];
