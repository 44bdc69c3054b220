import type { Mutation } from './mutation.ts';

const ATTEMPT = 'lambdas/consumer/attempt.ts';
const BATCH = 'lambdas/consumer/batch.ts';
const SETTLE = 'lambdas/consumer/settle-attempt.ts';
const DEAD_LETTER = 'lambdas/consumer/dead-letter.ts';

/** Against the consumer: what it runs, when, and how it brings a message to its end. */
export const CONSUMER_MUTATIONS: readonly Mutation[] = [
  {
    name: 'completed-handlers-run-again',
    says: 'A retry runs every handler that has not failed for good.',
    aim: 'no-start-after-recorded-completion',
    edits: [
      {
        file: ATTEMPT,
        find: '!isCompleted(state) && !failedForGood(state)',
        replace: '!failedForGood(state)',
      },
    ],
  },
  {
    name: 'failed-for-good-runs-again',
    says: 'A retry runs every handler that has not completed.',
    aim: 'failed-for-good-stays-so',
    edits: [
      { file: ATTEMPT, find: '!isCompleted(state) && !failedForGood(state)', replace: '!isCompleted(state)' },
    ],
  },
  {
    name: 'some-completed-is-completed',
    says: 'One completed handler makes the event COMPLETED.',
    aim: 'completed-means-all-handlers',
    edits: [
      {
        file: SETTLE,
        find: 'if (result.failed.length === 0 && !failedEarlier)',
        replace: 'if (Object.keys(result.completed).length > 0)',
      },
    ],
  },
  {
    name: 'final-write-without-completions',
    says: 'The final write relies on what each completion has recorded by itself.',
    aim: 'final-write-carries-completions',
    edits: [
      {
        file: 'lambdas/consumer/attempt-outcome.ts',
        find: 'completed: result.completed,',
        replace: 'completed: {},',
      },
    ],
  },
  {
    name: 'final-write-not-repeated',
    says: 'A final write is tried once.',
    edits: [
      {
        file: 'lambdas/consumer/persist.ts',
        find: 'if (!isTransient(error) || ',
        replace: 'if (pauseMs > 0 || ',
      },
    ],
  },
  {
    name: 'one-attempt-too-many',
    says: 'The budget is compared with the wrong sign.',
    aim: 'attempts-within-the-policy',
    edits: [
      {
        file: SETTLE,
        find: 'claimed.record.attempts >= maxAttempts',
        replace: 'claimed.record.attempts > maxAttempts',
      },
    ],
  },
  {
    name: 'one-attempt-too-few',
    says: 'The budget ends one attempt early.',
    aim: 'budget-was-spent',
    edits: [
      {
        file: SETTLE,
        find: 'claimed.record.attempts >= maxAttempts',
        replace: 'claimed.record.attempts + 1 >= maxAttempts',
      },
    ],
  },
  {
    name: 'backoff-doubles-early',
    says: 'The backoff of the first attempt is doubled already.',
    aim: 'backoff-follows-the-policy',
    edits: [{ file: 'lambdas/consumer/backoff.ts', find: '2 ** (attempt - 1)', replace: '2 ** attempt' }],
  },
  {
    name: 'shortest-retry-after-wins',
    says: 'Of several delays that handlers ask for, the shortest is taken.',
    aim: 'backoff-follows-the-policy',
    edits: [
      {
        file: 'lambdas/consumer/backoff.ts',
        find: 'Math.max(...retryAfterSeconds)',
        replace: 'Math.min(...retryAfterSeconds)',
      },
    ],
  },
  {
    name: 'running-handler-not-waited-for',
    says: 'A handler that ignores its signal does not keep its successor out.',
    aim: 'one-run-at-a-time',
    edits: [
      {
        file: SETTLE,
        find: 'return someStillRunning ?',
        replace: 'return someStillRunning && delayMs < 0 ?',
      },
    ],
  },
  {
    name: 'redrive-beside-a-running-handler',
    says: 'A dead letter is released although one of its handlers may still run.',
    aim: 'one-run-at-a-time',
    edits: [
      {
        file: DEAD_LETTER,
        find: 'someStillRunning: result.someStillRunning',
        replace: 'someStillRunning: false',
      },
    ],
  },
  {
    name: 'started-after-the-time-is-up',
    says: 'A handler starts however late its claim was answered.',
    edits: [
      {
        file: ATTEMPT,
        find: 'if (isTimeUp(attempt, abortAtMs)) throw',
        replace: 'if (abortAtMs < 0) throw',
      },
    ],
  },
  {
    name: 'suspects-run-in-company',
    says: 'An event whose last attempt died runs beside its neighbours.',
    aim: 'a-suspect-runs-alone',
    edits: [
      {
        file: ATTEMPT,
        find: 'await invocation.company.turnAlone();',
        replace: 'void invocation.company.turnAlone();',
      },
    ],
  },
  {
    name: 'suspects-run-together',
    says: 'Events whose last attempts died wait for their neighbours, then all run at once.',
    aim: 'nobody-joins-a-suspect',
    edits: [
      {
        file: 'lambdas/consumer/batch-company.ts',
        find: '    next();',
        replace: '    next();\n    for (const other of this.#waiting.splice(0)) other();',
      },
    ],
  },
  {
    name: 'suspect-not-counted',
    says: 'A suspect that runs alone is not counted before it runs.',
    aim: 'a-suspect-is-counted-first',
    edits: [
      {
        file: ATTEMPT,
        find: 'ledger.spendAttempt(claim, record.attempts, nowMs)',
        replace: "clock.sleep(0 * nowMs).then((): WriteResult => 'written')",
      },
    ],
  },
  {
    name: 'everybody-is-a-suspect',
    says: 'Every event of a batch waits for its turn and is counted before it runs.',
    aim: 'only-a-suspect-is-counted-early',
    edits: [
      {
        file: ATTEMPT,
        find: 'if (claimed.predecessorAbandoned && !claimed.claim.alone)',
        replace: 'if (!claimed.claim.alone)',
      },
    ],
  },
  {
    name: 'suspect-counted-before-its-turn',
    says: 'A suspect is counted while it waits, and its neighbours may take all its time.',
    aim: 'no-attempt-is-burned',
    edits: [
      {
        file: ATTEMPT,
        find: 'await invocation.company.turnAlone();',
        replace: [
          'await persistFinal(attempt, (nowMs) =>',
          '    dependencies.ledger.spendAttempt(claim, record.attempts, nowMs),',
          '  );',
          '  await invocation.company.turnAlone();',
        ].join('\n'),
      },
    ],
  },
  {
    name: 'suspect-stays-counted',
    says: 'A suspect whose count took the handlers’ time has run nothing, and is counted all the same.',
    aim: 'no-attempt-is-burned',
    edits: [
      {
        file: ATTEMPT,
        find: "if (taken === 'written' && isTimeUp(attempt, abortAtMs))",
        replace: 'if (abortAtMs === 0)',
      },
    ],
  },
  {
    name: 'handled-after-the-answer',
    says: 'The batch is acknowledged at once, and its handlers run in the background.',
    aim: 'start-within-the-invocation',
    edits: [
      {
        file: ATTEMPT,
        find: 'const result = await runPending(',
        replace: [
          'if (abortAtMs > 0) {',
          '    setImmediate(() => void runPending(attempt, validated.event, abortAtMs));',
          "    return 'acknowledge';",
          '  }',
          '  const result = await runPending(',
        ].join('\n'),
      },
    ],
  },
  {
    name: 'decided-event-tried-again',
    says: 'When an attempt died while it dead-lettered, the next one gives the handlers another chance.',
    aim: 'a-decided-event-runs-nothing',
    edits: [
      {
        file: ATTEMPT,
        find: 'if (unfinishedDeadLetter !== undefined) {',
        replace: 'if (unfinishedDeadLetter !== undefined) {\n    if (record.attempts > 0) return undefined;',
      },
    ],
  },
  {
    name: 'batch-throws',
    says: 'An error of the framework is let out of the batch.',
    aim: 'batch-never-throws',
    edits: [
      {
        file: BATCH,
        find: 'whenFrameworkFails(record, error, dependencies),',
        replace: 'Promise.reject(error),',
      },
    ],
  },
  {
    name: 'batch-waits-for-all',
    says: 'A record that hangs on a call of AWS holds the answer of its batch.',
    aim: 'batch-answers-in-time',
    edits: [{ file: BATCH, find: 'Promise.race([verdict, timeIsUp])', replace: 'Promise.race([verdict])' }],
  },
  {
    name: 'thawed-record-copies',
    says: 'A record that a later invocation thaws may still copy its message.',
    edits: [
      {
        file: BATCH,
        find: 'answered.throwIfAborted();\n      await queue.copyToDeadLetters(message, failure, answered);',
        replace: 'await queue.copyToDeadLetters(message, failure);',
      },
    ],
  },
  {
    name: 'copy-before-record',
    says: 'The message is copied to the dead-letter queue before its failure is recorded.',
    aim: 'ledger-tells-the-same',
    edits: [
      {
        file: DEAD_LETTER,
        find: 'const held = await persistFinal(',
        replace: 'const hold = () => persistFinal(',
      },
      { file: DEAD_LETTER, find: "if (held === 'lost') return whenOwnershipLost(attempt);", replace: '' },
      {
        file: DEAD_LETTER,
        find: 'metrics.deadLettered(reason);',
        replace:
          "if ((await hold()) === 'lost') return whenOwnershipLost(attempt);\n  metrics.deadLettered(reason);",
      },
    ],
  },
  {
    name: 'sentence-for-a-reason',
    says: 'A dead letter carries the sentence for people where its reason code belongs.',
    aim: 'dead-letter-has-its-reason',
    edits: [
      {
        file: DEAD_LETTER,
        find: 'encodeFailure({\n    reason,',
        replace: 'encodeFailure({\n    reason: cause.message as FailureReason,',
      },
    ],
  },
  {
    name: 'duplicates-dead-lettered',
    says: 'A duplicate of a COMPLETED event is put aside on the dead-letter queue.',
    aim: 'dead-letter-is-not-completed',
    edits: [
      {
        file: 'lambdas/consumer/process-message.ts',
        find: "case 'completed':\n      dependencies.metrics.duplicate();",
        replace:
          "case 'completed':\n      dependencies.metrics.duplicate();\n      await copyUnowned(record, FailureReason.PERMANENT, 'a duplicate', dependencies);",
      },
    ],
  },
  {
    name: 'left-to-the-backstop',
    says: 'The last receive that SQS allows is not used to give a reason.',
    aim: 'moved-only-after-a-crash',
    edits: [
      {
        file: 'lambdas/consumer/give-back.ts',
        find: 'receiveCount(record) >= policy.maxReceiveCount',
        replace: 'receiveCount(record) > policy.maxReceiveCount',
      },
    ],
  },
  {
    name: 'dead-letters-to-the-main-queue',
    says: 'The copy of a dead letter goes to the queue that it came from.',
    aim: 'comes-to-rest',
    edits: [
      {
        file: 'lambdas/consumer/sqs-queue.ts',
        find: 'deadLetterCopy(message, failure, deadLetterQueueUrl)',
        replace: 'deadLetterCopy(message, failure, queueUrl)',
      },
    ],
  },
  {
    name: 'acknowledged-when-ownership-is-lost',
    says: 'An attempt that lost its event leaves the message to whoever has it, and acknowledges.',
    edits: [
      {
        file: 'lambdas/consumer/attempt-context.ts',
        find: 'if (record?.status === EventStatus.COMPLETED) {',
        replace: 'if (record !== undefined) {',
      },
    ],
  },
  {
    name: 'busy-is-acknowledged',
    says: 'A message whose event another attempt holds is taken for a duplicate.',
    aim: 'accepted-is-settled',
    edits: [
      {
        file: 'lambdas/consumer/process-message.ts',
        find: "case 'busy': {",
        replace: "case 'busy': {\n      if (record.body !== '') return 'acknowledge';",
      },
    ],
  },
  {
    name: 'unknown-claim-not-withdrawn',
    says: 'A claim all of whose answers were lost is left to its lease.',
    edits: [
      {
        file: 'lambdas/consumer/process-message.ts',
        find: 'if (!unhandled) await withdraw(',
        replace: "if (!unhandled && claim.owner === '') await withdraw(",
      },
    ],
  },
  {
    name: 'event-id-as-owner',
    says: 'The token of a claim is the svix-id, which is unique, after all.',
    aim: 'owner-is-fresh',
    edits: [
      {
        file: 'lambdas/consumer/process-message.ts',
        find: 'owner: newOwner(),',
        replace: 'owner: facts.eventId,',
      },
    ],
  },
  {
    name: 'request-id-of-lambda-as-owner',
    says: 'The token of a claim is the request id that Lambda gives.',
    edits: [
      {
        file: 'lambdas/consumer/create-consumer-handler.ts',
        find: 'processBatch(event, { deadlineMs }, dependencies)',
        replace:
          'processBatch(event, { deadlineMs }, { ...dependencies, newOwner: () => context.awsRequestId })',
      },
    ],
  },
  {
    name: 'turn-given-back-after-running',
    says: 'An attempt that had its turn alone is given back although its handlers have run.',
    aim: 'only-an-idle-turn-is-given-back',
    edits: [
      {
        file: ATTEMPT,
        find: '  logFailures(attempt, result);\n  return settleAttempt(attempt, result);',
        replace: `  if (attempt.claimed.predecessorAbandoned) {
    await persistFinal(attempt, (nowMs) =>
      attempt.dependencies.ledger.giveBackAttempt(attempt.claimed.claim, attempt.claimed.record.attempts, nowMs),
    );
  }
  logFailures(attempt, result);
  return settleAttempt(attempt, result);`,
      },
    ],
  },
  {
    name: 'failure-withdrawn',
    says: 'An attempt whose handlers failed is taken back, as one that was told to come later.',
    aim: 'only-an-unknown-claim-is-withdrawn',
    edits: [
      {
        file: SETTLE,
        find: 'if (result.failed.length === 0 || !result.failed.every(({ notYet }) => notYet)) return false;',
        replace: 'if (result.failed.length === 0) return false;',
      },
    ],
  },
];
