import { CLAIMABLE, OUR_UNKNOWN_CLAIM, STILL_OURS, STILL_OURS_AND_NOT_RELEASED } from './conditions.ts';

/** The fixed part of an UpdateItem call; values are bound per call. */
export interface UpdateTemplate {
  readonly UpdateExpression: string;
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
  readonly ReturnValues?: 'ALL_OLD';
  readonly ReturnValuesOnConditionCheckFailure?: 'ALL_OLD';
}

/** A claim answers with the item as it was, whether it was applied or refused: neither costs a read. */
const FIRST_WRITE = {
  ConditionExpression: CLAIMABLE,
  ExpressionAttributeNames: { '#status': 'status', '#owner': 'owner' },
  ReturnValues: 'ALL_OLD',
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
} as const;
const SEARCH_ATTRIBUTES = ['customer_id', 'connection_id', 'provider_name'] as const;

/** Attributes that every first write of an event sets; the search attributes only where the event has them. */
function recordEvent(present: ReadonlySet<string>): string[] {
  return [
    '#owner = :owner',
    'body_sha256 = :body_sha256',
    'event_type = :event_type',
    'handlers = if_not_exists(handlers, :no_handlers)',
    'received_at_ms = if_not_exists(received_at_ms, :received_at_ms)',
    'expires_at = :expires_at',
    ...SEARCH_ATTRIBUTES.filter((name) => present.has(name)).map((name) => `${name} = :${name}`),
  ];
}

function claimTemplate(present: ReadonlySet<string>): UpdateTemplate {
  const set = [
    ...recordEvent(present),
    '#status = :in_progress',
    'status_before = if_not_exists(#status, :failed)',
    'updated_at_ms = :now_ms',
    'lease_expires_at_ms = :lease_expires_at_ms',
    'first_attempt_at_ms = if_not_exists(first_attempt_at_ms, :now_ms)',
    'attempts = if_not_exists(attempts_spent, :zero) + :one',
    'attempts_spent = if_not_exists(attempts_spent, :zero) + :spent',
    'attempts_total = if_not_exists(attempts_total, :zero) + :one',
  ];
  return {
    UpdateExpression: `SET ${set.join(', ')} REMOVE not_before_ms, dead_letter_reason`,
    ...FIRST_WRITE,
  };
}

const NO_LONGER_OPEN =
  'lease_expires_at_ms, not_before_ms, failure_bucket, failed_at_ms, dead_letter_reason, unfinished_dead_letter';
/** A COMPLETED record refuses every write by its status, and `completed_at_ms` was its last. */
const OF_THE_ATTEMPT = 'status_before, attempts_spent, updated_at_ms';
const DONE = ['#status = :completed', 'completed_at_ms = :now_ms'];

/** It keeps its owner: duplicates in one batch come at the same millisecond. */
function unhandledTemplate(present: ReadonlySet<string>): UpdateTemplate {
  return {
    UpdateExpression: `SET ${[...recordEvent(present), ...DONE].join(', ')} REMOVE ${NO_LONGER_OPEN}, ${OF_THE_ATTEMPT}`,
    ...FIRST_WRITE,
  };
}

const SPEND = 'attempts_spent = :attempts';

/** Final writes differ in status and in what they set and remove; all set handlers by key, never the map whole:
 * a handler that completes late may have recorded itself meanwhile. */
function finalTemplate(handlerCount: number, set: readonly string[], remove: string): UpdateTemplate {
  const indexes = Array.from({ length: handlerCount }, (_, index) => index);
  const assignments = [
    ...set,
    ...(remove.includes('updated_at_ms') ? [] : ['updated_at_ms = :now_ms']),
    'expires_at = :expires_at',
    ...indexes.map((index) => `handlers.#h${index} = :h${index}`),
  ];
  return {
    UpdateExpression: `SET ${assignments.join(', ')}${remove === '' ? '' : ` REMOVE ${remove}`}`,
    ConditionExpression: set.includes(SPEND) ? STILL_OURS_AND_NOT_RELEASED : STILL_OURS,
    ExpressionAttributeNames: {
      '#owner': 'owner',
      ...(set.some((assignment) => assignment.startsWith('#status')) ? { '#status': 'status' } : {}),
    },
  };
}

/** Builds each variant once: the hot path only binds values. */
function once<Key>(build: (key: Key) => UpdateTemplate, nameOf: (key: Key) => string | number) {
  const built = new Map<string | number, UpdateTemplate>();
  return (key: Key): UpdateTemplate => {
    const name = nameOf(key);
    const known = built.get(name) ?? build(key);
    built.set(name, known);
    return known;
  };
}

const presentAttributes = (present: ReadonlySet<string>) =>
  SEARCH_ATTRIBUTES.map((name) => (present.has(name) ? '1' : '0')).join('');

const FAILED = [
  '#status = :failed',
  'failures = :failures',
  'failure_bucket = :failure_bucket',
  'failed_at_ms = :now_ms',
  'not_before_ms = :not_before_ms',
  SPEND,
];

export const claimUpdate = once(claimTemplate, presentAttributes);
export const unhandledUpdate = once(unhandledTemplate, presentAttributes);
export const completionUpdate = once((_: 1) => finalTemplate(1, [], ''), String);
/** What a completing write sets beside the handlers, and whether `attempts` tells more than `attempts_total`. */
export interface Completion {
  readonly handlerCount: number;
  readonly sets: readonly ('notes' | 'failures' | 'same_content_as')[];
  readonly keepsAttempts: boolean;
}
export const completeUpdate = once(
  ({ handlerCount, sets, keepsAttempts }: Completion) =>
    finalTemplate(
      handlerCount,
      [...DONE, ...sets.map((name) => `${name} = :${name}`)],
      `${NO_LONGER_OPEN}, ${OF_THE_ATTEMPT}, #owner${keepsAttempts ? '' : ', attempts'}`,
    ),
  ({ handlerCount, sets, keepsAttempts }) => `${handlerCount} ${sets.join()} ${keepsAttempts}`,
);
export const failRetryableUpdate = once(
  (handlerCount: number) => finalTemplate(handlerCount, FAILED, 'lease_expires_at_ms'),
  Number,
);
export const failForGoodUpdate = once(
  (handlerCount: number) =>
    finalTemplate(
      handlerCount,
      [...FAILED, 'dead_letter_reason = :dead_letter_reason', 'unfinished_dead_letter = :dead_letter_reason'],
      'lease_expires_at_ms',
    ),
  Number,
);
/** Of the longest write that so many handlers of one event may need. */
export const longestUpdateBytes = (handlerCount: number): number =>
  Buffer.byteLength(failForGoodUpdate(handlerCount).UpdateExpression);

/** Forgets the handlers that failed for good: a redrive runs them again. */
function releaseTemplate(forgottenCount: number, remove: readonly string[]): UpdateTemplate {
  const forgotten = Array.from({ length: forgottenCount }, (_, index) => `handlers.#h${index}`);
  const released = ['attempts_spent', 'unfinished_dead_letter', ...remove, ...forgotten];
  return finalTemplate(
    0,
    [
      'attempts = :zero',
      'lettered_at_ms = :lettered_at_ms',
      'lettered_signed_at_seconds = :lettered_signed_at_seconds',
      'lettered_received_at_ms = :lettered_received_at_ms',
    ],
    released.join(', '),
  );
}
export const releaseUpdate = once((count: number) => releaseTemplate(count, ['not_before_ms']), Number);
/** Leaves `not_before_ms` where the first step put it: at the end of the lease. */
export const releaseAfterLeaseUpdate = once((count: number) => releaseTemplate(count, []), Number);
/** Counts the attempt before it starts. */
export const spendUpdate = finalTemplate(0, [SPEND], '');
/** The attempt was counted, and then had no time to start. */
export const giveBackUpdate: UpdateTemplate = {
  ...finalTemplate(0, ['attempts_spent = attempts + :minus_one'], ''),
  ConditionExpression: STILL_OURS_AND_NOT_RELEASED,
};
/** As if the claim had not been made. */
export const withdrawUpdate: UpdateTemplate = {
  ...finalTemplate(
    0,
    [
      '#status = status_before',
      'lease_expires_at_ms = :now_ms',
      'not_before_ms = :now_ms',
      'attempts = attempts + :minus_one',
      'attempts_spent = attempts_spent + :minus_spent',
      'attempts_total = attempts_total + :minus_one',
    ],
    '',
  ),
  ConditionExpression: OUR_UNKNOWN_CLAIM,
};
