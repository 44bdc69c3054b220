import type { Mutation } from './mutation.ts';

/** The mistakes that must never pass: each against one promise of the design. */
export const LISTED: readonly Mutation[] = [
  {
    name: 'completion-not-fenced',
    says: 'A completion is written whether or not another attempt has taken the event over.',
    edits: [
      {
        file: 'lambdas/ledger/update-expressions.ts',
        find: ': STILL_OURS,',
        replace:
          ": set.length === 0 || set.includes('#status = :completed') ? 'attribute_not_exists(fence) OR '.concat(STILL_OURS) : STILL_OURS,",
      },
    ],
  },
  {
    name: 'lease-in-wrong-unit',
    says: 'The end of the lease, in milliseconds, is compared with a time in seconds.',
    edits: [
      {
        file: 'lambdas/ledger/conditions.ts',
        find: 'lease_expires_at_ms <= :now_ms',
        replace: 'lease_expires_at_ms <= :expires_at',
      },
    ],
  },
  {
    name: 'acknowledge-before-record',
    says: 'The message is acknowledged while COMPLETED is still being written.',
    edits: [
      {
        file: 'lambdas/consumer/settle-attempt.ts',
        find: 'const written = await persistFinal(attempt, () => ledger.complete(claimed.claim, outcome, nowMs));',
        replace:
          "void persistFinal(attempt, () => ledger.complete(claimed.claim, outcome, nowMs)).catch(() => undefined);\n  const written: string = 'written';",
      },
    ],
  },
  {
    name: 'batch-swallows-errors',
    says: 'An error of the framework is logged, and its message acknowledged.',
    edits: [
      {
        file: 'lambdas/consumer/batch.ts',
        find: 'whenFrameworkFails(record, error, dependencies),',
        replace: "whenFrameworkFails(record, error, dependencies).then((): Verdict => 'acknowledge'),",
      },
    ],
  },
  {
    name: 'accept-before-send',
    says: 'Svix gets its 200 while the message is still on its way to the queue.',
    edits: [
      {
        file: 'lambdas/ingest/ingest.ts',
        find: 'await deadline.race(enqueue(message, deadline.whenPassed));',
        replace: 'void enqueue(message, deadline.whenPassed).catch(() => undefined);',
      },
    ],
  },
  {
    name: 'dead-letter-deleted-before-send',
    says: 'A redrive deletes the dead letters first and sends their events then.',
    edits: [
      {
        file: 'operator/dead-letters/move-events.ts',
        find: 'const remaining = await removeLetters(',
        replace: 'void ((...nothing: unknown[]) => nothing)(',
      },
      {
        file: 'operator/dead-letters/move-events.ts',
        find: 'const failures = await sendBack(',
        replace:
          'const remaining = await removeLetters(target, sending.flatMap(({ copies }) => copies), held);\n  const failures = await sendBack(',
      },
    ],
  },
  {
    name: 'backoff-ignored',
    says: 'A failed event may be claimed again at once, whatever its backoff.',
    edits: [
      {
        file: 'lambdas/consumer/settle-attempt.ts',
        find: 'nowMs + delayMs, nowMs',
        replace: 'nowMs, nowMs',
      },
    ],
  },
  {
    name: 'secret-never-reread',
    says: 'The signing secret is read once and cached for good.',
    edits: [
      {
        file: 'lambdas/runtime/cached-secret.ts',
        find: 'SECRET_MAX_AGE_MS = 5 * 60_000',
        replace: 'SECRET_MAX_AGE_MS = Number.POSITIVE_INFINITY',
      },
      {
        file: 'lambdas/runtime/cached-secret.ts',
        find: 'if (isWithin(lastReadAtMs, rereadIntervalMs)) return undefined;',
        replace: 'return undefined;',
      },
    ],
  },
  {
    name: 'permanent-without-copy',
    says: 'An event that failed for good is acknowledged without a copy on the dead-letter queue.',
    edits: [
      {
        file: 'lambdas/consumer/dead-letter.ts',
        find: 'await queue.copyToDeadLetters(',
        replace: "if (reason !== 'permanent') await queue.copyToDeadLetters(",
      },
    ],
  },
  {
    name: 'validate-before-claim',
    says: 'The schema is checked, and the event refused, before anybody owns the event.',
    edits: [
      {
        file: 'lambdas/consumer/process-message.ts',
        find: 'const result = await takeEvent(',
        replace: [
          'const { payload, facts } = message;',
          '  const early = payload && (await dependencies.routes.validate(facts.eventType, payload.value));',
          '  if (early?.ok === false) {',
          "    return copyUnowned(record, FailureReason.INVALID_PAYLOAD, early.issues.join('; '), dependencies);",
          '  }',
          '  const result = await takeEvent(',
        ].join('\n'),
      },
    ],
  },
  {
    name: 'lost-claim-answer-is-a-refusal',
    says: 'A claim that its own effect refuses, because its first answer was lost, is taken for refused.',
    edits: [
      {
        file: 'lambdas/ledger/claim-result.ts',
        find: 'if (record.owner === claim.owner)',
        replace: "if (record.owner === '')",
      },
    ],
  },
  {
    name: 'request-id-as-owner',
    says: 'All claims of one invocation carry one token, as its request id would be.',
    edits: [
      {
        file: 'lambdas/consumer/batch.ts',
        find: 'const company = new BatchCompany(',
        replace: 'const requestId = dependencies.newOwner();\n  const company = new BatchCompany(',
      },
      {
        file: 'lambdas/consumer/batch.ts',
        find: 'verdictOf(record, { deadlineMs, company }, open)',
        replace: 'verdictOf(record, { deadlineMs, company }, { ...open, newOwner: () => requestId })',
      },
    ],
  },
  {
    name: 'attempts-counted-by-receives',
    says: 'The attempts are those that SQS counted: how often the message was received.',
    edits: [
      {
        file: 'lambdas/consumer/process-message.ts',
        find: 'claimed: result,',
        replace: 'claimed: { ...result, record: { ...result.record, attempts: receiveCount(record) } },',
      },
    ],
  },
  {
    name: 'dot-in-svix-id',
    says: 'A svix-id may hold a dot, which divides the signed text.',
    edits: [{ file: 'lambdas/contract/message.ts', find: '/^[A-Za-z0-9_-]{', replace: '/^[A-Za-z0-9._-]{' }],
  },
  {
    name: 'delay-not-clamped-to-retention',
    says: 'A message is hidden for longer than it will be kept.',
    edits: [
      {
        file: 'lambdas/consumer/give-back.ts',
        find: 'return clock.nowMs() + delayMs > lastRetryAtMs;',
        replace: 'return clock.nowMs() + delayMs > lastRetryAtMs * 2;',
      },
    ],
  },
];
