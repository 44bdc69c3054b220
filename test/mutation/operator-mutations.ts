import type { Mutation } from './mutation.ts';

const RESET = 'operator/dead-letters/reset-handlers.ts';

/** Against the operator's redrive, which the simulation plays by itself: the suites have to see these. */
export const OPERATOR_MUTATIONS: readonly Mutation[] = [
  {
    name: 'unconfirmed-sends-deleted',
    says: 'All letters of a batch are deleted, whichever of them SQS has taken.',
    edits: [
      {
        file: 'operator/dead-letters/move-events.ts',
        find: 'sending.filter((_, index) => failures[index] === undefined)',
        replace: 'sending.slice()',
      },
    ],
  },
  {
    name: 'reset-under-a-running-attempt',
    says: 'A rerun resets a record that is as planned or held by nobody, where both are asked for.',
    edits: [
      {
        file: RESET,
        find: 'AS_PLANNED} AND (',
        replace: 'AS_PLANNED} OR (',
      },
    ],
  },
  {
    name: 'reset-keeps-the-owner',
    says: 'A rerun leaves the token of the last attempt in place, whose late write then still lands.',
    edits: [
      {
        file: RESET,
        find: 'const nobody = ',
        replace: 'const nobody = record.owner ?? ',
      },
    ],
  },
  {
    name: 'failure-sent-back',
    says: 'A redriven message keeps the failure of the attempt before.',
    edits: [
      {
        file: 'operator/dead-letters/send-back.ts',
        find: 'if (name === MessageAttribute.FAILURE) continue;',
        replace: "if (name === '') continue;",
      },
    ],
  },
];
