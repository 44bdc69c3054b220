import type { Mutation } from './mutation.ts';

const ATTEMPT = 'lambdas/consumer/attempt.ts';
const OUTCOME = 'lambdas/consumer/attempt-outcome.ts';
const UPDATES = 'lambdas/ledger/update-expressions.ts';
const BATCH = 'lambdas/database/transforms/batch.ts';
const SWEEP = 'lambdas/database/transforms/sweep.ts';
const ALARMS = 'lib/webhook-alarms.ts';

/** Mistakes that somebody put in who had not seen the tests, and that none of them saw. */
export const BLIND_SPOT_MUTATIONS: readonly Mutation[] = [
  {
    name: 'key-of-an-attempt',
    says: 'The idempotency key is another one at each attempt.',
    edits: [
      {
        file: ATTEMPT,
        find: 'idempotencyKey: `',
        replace: 'idempotencyKey: record.attempts + `',
      },
    ],
  },
  {
    name: 'received-now',
    says: 'Handlers are told that the event was received now.',
    edits: [
      {
        file: ATTEMPT,
        find: 'receivedAt: new Date(message.facts.receivedAtMs)',
        replace: 'receivedAt: new Date(clock.nowMs())',
      },
    ],
  },
  {
    name: 'deadline-after-the-abort',
    says: 'The deadline that handlers are told is later than the abort.',
    edits: [
      {
        file: ATTEMPT,
        find: 'deadline: new Date(abortAtMs)',
        replace: 'deadline: new Date(abortAtMs + SETTLE_GRACE_MS)',
      },
    ],
  },
  {
    name: 'cap-read-from-the-base',
    says: 'The longest wait is read from the variable of the first.',
    edits: [
      {
        file: 'lambdas/consumer/policy.ts',
        find: 'ConsumerEnvironment.BACKOFF_CAP_SECONDS',
        replace: 'ConsumerEnvironment.BACKOFF_BASE_SECONDS',
      },
    ],
  },
  {
    name: 'ledger-kept-for-another-time',
    says: 'The ledger’s retention is read from another variable.',
    edits: [
      {
        file: 'lambdas/consumer/create-consumer-handler.ts',
        find: 'ConsumerEnvironment.LEDGER_RETENTION_DAYS',
        replace: 'ConsumerEnvironment.MAX_RECEIVE_COUNT',
      },
    ],
  },
  {
    name: 'no-session-token',
    says: 'The functions sign their calls without the role’s session token.',
    edits: [
      {
        file: 'lambdas/runtime/environment-credentials.ts',
        find: '...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),',
        replace: '',
      },
    ],
  },
  {
    name: 'secret-read-without-end',
    says: 'A read of the signing secret whose answer never comes to its end is waited for.',
    edits: [
      {
        file: 'lambdas/ingest/secrets-manager.ts',
        find: 'AbortSignal.timeout(SECRET_READ_TIMEOUT_MS)',
        replace: 'AbortSignal.any([])',
      },
    ],
  },
  {
    name: 'other-secret-read-without-end',
    says: 'A read of a handler’s secret whose answer never comes to its end is waited for.',
    edits: [
      {
        file: 'lambdas/runtime/secret-text.ts',
        find: 'AbortSignal.timeout(READ_TIMEOUT_MS)',
        replace: 'AbortSignal.any([])',
      },
    ],
  },
  {
    name: 'large-body-in-the-log',
    says: 'What is too large for the queue is logged whole.',
    edits: [
      {
        file: 'lambdas/ingest/ingest.ts',
        find: 'detail: { body_bytes: body.byteLength }',
        replace: 'detail: { body_bytes: body.byteLength, body: Buffer.from(body).toString() }',
      },
    ],
  },
  {
    name: 'type-not-cut',
    says: 'The type attribute is as long as the payload says.',
    edits: [
      {
        file: 'lambdas/ingest/routing.ts',
        find: 'type.slice(0, MAX_EVENT_TYPE_LENGTH).replace',
        replace: 'type.replace',
      },
    ],
  },
  {
    name: 'group-of-a-prefix',
    says: 'Customers whose ids begin alike share a group.',
    edits: [
      {
        file: 'lambdas/ingest/routing.ts',
        find: "update(tenant, 'utf8')",
        replace: "update(tenant.slice(0, 128), 'utf8')",
      },
    ],
  },
  {
    name: 'oldest-failures-kept',
    says: 'The ledger keeps the first ten failures.',
    edits: [
      { file: OUTCOME, find: 'failures.slice(-MAX_FAILURES)', replace: 'failures.slice(0, MAX_FAILURES)' },
    ],
  },
  {
    name: 'completed-handler-on-the-letter',
    says: 'A letter names a handler that completed in its last attempt.',
    edits: [
      {
        file: OUTCOME,
        find: 'for (const handler of Object.keys(result.completed)) failing.delete(handler);',
        replace: '',
      },
    ],
  },
  {
    name: 'handler-completed-before-on-the-letter',
    says: 'A letter names a handler that failed once and completed in an attempt after that.',
    edits: [
      {
        file: OUTCOME,
        find: 'if (isCompleted(state)) continue;',
        replace: 'if (isCompleted(state) && state < 0) continue;',
      },
    ],
  },
  {
    name: 'reason-on-the-batch',
    says: 'The reason of one dead letter becomes a dimension of the whole batch’s metrics.',
    edits: [
      {
        file: 'lambdas/consumer/emf-metrics.ts',
        find: 'const single = metrics.singleMetric();',
        replace: 'const single = metrics;',
      },
    ],
  },
  {
    name: 'negative-latency',
    says: 'A clock that was ahead makes a latency below nothing.',
    edits: [
      { file: 'lambdas/consumer/emf-metrics.ts', find: 'Math.max(0, latencyMs)', replace: 'latencyMs' },
    ],
  },
  {
    name: 'unowned-letter-uncounted',
    says: 'A letter of a message whose event is not owned is not counted.',
    edits: [
      {
        file: 'lambdas/consumer/give-back.ts',
        find: 'edges.metrics.deadLettered(reason);',
        replace: '',
      },
    ],
  },
  {
    name: 'outage-wait-does-not-grow',
    says: 'While the ledger cannot be reached a message waits as long after each receive.',
    edits: [
      {
        file: 'lambdas/consumer/process-message.ts',
        find: 'backoffMs(receiveCount(record), policy, random())',
        replace: 'backoffMs(Math.min(1, receiveCount(record)), policy, random())',
      },
    ],
  },
  {
    name: 'framework-wait-does-not-grow',
    says: 'While the consumer itself fails a message waits as long after each receive.',
    edits: [
      {
        file: 'lambdas/consumer/batch.ts',
        find: 'backoffMs(receiveCount(record), policy, random())',
        replace: 'backoffMs(Math.min(1, receiveCount(record)), policy, random())',
      },
    ],
  },
  {
    name: 'claim-does-not-extend-the-expiry',
    says: 'A record expires by its first claim, however often it is claimed again.',
    edits: [
      {
        file: UPDATES,
        find: "    'expires_at = :expires_at',\n    ...SEARCH",
        replace: "    'expires_at = if_not_exists(expires_at, :expires_at)',\n    ...SEARCH",
      },
    ],
  },
  {
    name: 'completed-keeps-the-attempts-state',
    says: 'A COMPLETED record keeps, for 100 days, what only a running attempt needs.',
    edits: [
      {
        file: UPDATES,
        find: "'status_before, attempts_spent, updated_at_ms'",
        replace: "'attempts_spent, updated_at_ms'",
      },
    ],
  },
  {
    name: 'completed-keeps-stacks',
    says: 'A COMPLETED record keeps the stacks of its failures.',
    edits: [
      {
        file: 'lambdas/ledger/dynamodb-ledger.ts',
        find: 'failures.some(({ stack }) => stack !== undefined)',
        replace: 'failures.some(({ stack }) => stack === null)',
      },
    ],
  },
  {
    name: 'retried-failures-are-kept-whole',
    says: 'Three failures of an event with their stacks take its item over a write unit.',
    edits: [
      {
        file: 'lambdas/consumer/bounded-failures.ts',
        find: 'const MAX_BYTES = 560;',
        replace: 'const MAX_BYTES = 5_600;',
      },
    ],
  },
  {
    name: 'completed-stays-in-the-index',
    says: 'A COMPLETED event keeps its place in the index of failures.',
    edits: [
      {
        file: UPDATES,
        find: "'lease_expires_at_ms, not_before_ms, failure_bucket, failed_at_ms, dead",
        replace: "'lease_expires_at_ms, not_before_ms, failed_at_ms, dead",
      },
    ],
  },
  {
    name: 'one-shard',
    says: 'All failures share a partition of the index.',
    edits: [
      {
        file: 'lambdas/ledger/failure-bucket.ts',
        find: 'eventId.codePointAt(eventId.length - 1)',
        replace: 'eventId.codePointAt(0)',
      },
    ],
  },
  {
    name: 'alert-key-joined',
    says: 'The parts of an alert’s key are joined with a character that a name may hold.',
    edits: [
      {
        file: 'lambdas/alerts/sender.ts',
        find: 'JSON.stringify([channel, kind, ...about])',
        replace: "[channel, kind, ...about].join('/')",
      },
    ],
  },
  {
    name: 'alert-without-the-signal',
    says: 'A post to a webhook goes on after the handler’s signal.',
    edits: [
      {
        file: 'lambdas/alerts/webhook.ts',
        find: 'AbortSignal.any([signal, timeout])',
        replace: 'AbortSignal.any([timeout])',
      },
    ],
  },
  {
    name: 'oldest-message-of-the-wrong-queue',
    says: 'The alarm for waiting events watches the dead-letter queue.',
    edits: [
      {
        file: ALARMS,
        find: 'queues.queue.metricApproximateAgeOfOldestMessage',
        replace: 'queues.deadLetterQueue.metricApproximateAgeOfOldestMessage',
      },
    ],
  },
  {
    name: 'dead-letters-averaged',
    says: 'The alarm for dead letters takes the average of its minute.',
    edits: [
      {
        file: ALARMS,
        find: "{ period: Duration.minutes(1), statistic: 'Maximum' }",
        replace: "{ period: Duration.minutes(1), statistic: 'Average' }",
      },
    ],
  },
  {
    name: 'oldest-message-summed',
    says: 'The alarm for waiting events adds up the ages of its period.',
    edits: [
      { file: ALARMS, find: "{ ...fiveMinutes, statistic: 'Maximum' }", replace: '{ ...fiveMinutes }' },
    ],
  },
  {
    name: 'alarm-of-an-hour',
    says: 'The alarms look at an hour.',
    edits: [
      {
        file: ALARMS,
        find: 'const fiveMinutes = { period: Duration.minutes(5)',
        replace: 'const fiveMinutes = { period: Duration.minutes(60)',
      },
    ],
  },
  {
    name: 'alarm-hundred-times-later',
    says: 'The thresholds are a hundred times what they should be.',
    edits: [{ file: ALARMS, find: 'threshold: rule.threshold', replace: 'threshold: rule.threshold * 100' }],
  },
  {
    name: 'alarm-of-one-period',
    says: 'Alarms that need two bad periods of three ring at the first.',
    edits: [{ file: ALARMS, find: 'rule.periods?.breaching ?? 1', replace: '1' }],
  },
  {
    name: 'silence-is-an-alarm',
    says: 'Missing data, which is a quiet day, rings.',
    edits: [{ file: ALARMS, find: 'TreatMissingData.NOT_BREACHING', replace: 'TreatMissingData.BREACHING' }],
  },
  {
    name: 'errors-for-throttles',
    says: 'The alarm for throttles counts errors.',
    edits: [
      {
        file: ALARMS,
        find: 'consumer.metricThrottles(fiveMinutes)',
        replace: 'consumer.metricErrors(fiveMinutes)',
      },
    ],
  },
  {
    name: 'metric-of-another-period',
    says: 'The functions’ own metrics are summed over a minute.',
    edits: [
      {
        file: 'lib/webhook-metrics.ts',
        find: 'period: Duration.minutes(5)',
        replace: 'period: Duration.minutes(1)',
      },
    ],
  },
  {
    name: 'secret-named-with-its-suffix',
    says: 'The output names the secret with the suffix of its ARN.',
    edits: [
      {
        file: 'lib/signing-secret.ts',
        find: 'this.secretName = `',
        replace: "this.secretName = Fn.select(6, Fn.split(':', this.secretArn)) || `",
      },
    ],
  },
  {
    name: 'secret-arn-without-suffix',
    says: 'An ARN without the suffix of Secrets Manager is taken, and its policy matches nothing.',
    edits: [{ file: 'lib/stack-config.ts', find: '+-[A-Za-z0-9]{6}$/)', replace: '+$/)' }],
  },
  {
    name: 'sources-without-a-maximum',
    says: 'The list of allowed sources may outgrow a function’s variables.',
    edits: [
      {
        file: 'lib/stack-config.ts',
        find: " && list.join(',').length <= MAX_ALLOWED_SOURCES_BYTES",
        replace: ' && MAX_ALLOWED_SOURCES_BYTES > 0',
      },
    ],
  },
  {
    name: 'clean-up-always-on',
    says: 'A deleted connection deletes from Supaglue’s own tables, asked for or not.',
    edits: [
      {
        file: 'lib/consumer-database.ts',
        find: 'String(config.cleanSupaglueTables)',
        replace: "String(config.cleanSupaglueTables || 'true')",
      },
    ],
  },
  {
    name: 'floor-row-comes-back',
    says: 'The last row of a deleted connection comes back with the next one.',
    edits: [{ file: BATCH, find: '_supaglue_emitted_at > $4', replace: '_supaglue_emitted_at >= $4' }],
  },
  {
    name: 'deletion-without-source',
    says: 'A row that Supaglue has deleted takes the rows of that id from all other sources with it.',
    edits: [
      {
        file: SWEEP,
        find: 'and provider_name = $3 and source = $4\n         and id = any ($5::text[])',
        replace: 'and provider_name = $3 and source >= left($4, 0)\n         and id = any ($5::text[])',
      },
    ],
  },
  {
    name: 'redrive-does-nothing',
    says: 'A redrive of an event whose pass has ended reads nothing.',
    edits: [
      {
        file: 'lambdas/database/transforms/run-pass.ts',
        find: 'everything && attempt > 1 && ',
        replace: 'everything && attempt > 0 && ',
      },
    ],
  },
  {
    name: 'failed-start-kept',
    says: 'A database that could not be opened once is never opened again.',
    edits: [
      {
        file: 'lambdas/database/use-cases/with-database.ts',
        find: '        opened = undefined;\n',
        replace: '',
      },
    ],
  },
  {
    name: 'failed-preparation-kept',
    says: 'Tables that could not be looked for once are never looked for again.',
    edits: [
      {
        file: 'lambdas/database/use-cases/open-database.ts',
        find: 'if (!isPrepared) await',
        replace: 'const isFirst = !isPrepared;\n    isPrepared = true;\n    if (isFirst) await',
      },
    ],
  },
  {
    name: 'overlap-of-a-minute',
    says: 'A pass reads a minute again of what the one before has read.',
    edits: [
      {
        file: 'lambdas/database/transforms/watermark.ts',
        find: "OVERLAP = '1 hour'",
        replace: "OVERLAP = '1 minute'",
      },
    ],
  },
  {
    name: 'entity-keeps-its-first-name',
    says: 'A renamed entity is looked for in the table of its first name.',
    edits: [
      {
        file: 'lambdas/database/transforms/entities.ts',
        find: 'on conflict (entity_id) do update set source = excluded.source',
        replace: 'on conflict (entity_id) do nothing',
      },
    ],
  },
  {
    name: 'rebuild-keeps-its-watermark',
    says: 'An entity whose mapping was deleted is read from where it stood when it comes again.',
    edits: [
      {
        file: 'lambdas/database/transforms/watermark.ts',
        find: '         modified_at = default, emitted_at = default, everything_by = null,\n',
        replace: '         everything_by = null,\n',
      },
    ],
  },
];
