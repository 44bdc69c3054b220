import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';

/** What the ledger's writes set, in the order in which to look: a later one may set what an earlier one does too. */
const PURPOSES: readonly (readonly [purpose: string, sets: string])[] = [
  ['turn-alone', 'attempts_spent = attempts + :minus_one'],
  ['withdraw', ':minus_one'],
  ['claim', 'lease_expires_at_ms = :lease_expires_at_ms'],
  ['complete-unhandled', 'handlers = if_not_exists'],
  ['complete', 'completed_at_ms = '],
  ['fail-for-good', 'dead_letter_reason = '],
  ['fail-retryable', 'not_before_ms = '],
  ['release', 'attempts = :zero'],
  ['turn-alone', 'attempts_spent = :attempts'],
  ['early-completion', 'handlers.'],
];

/** Everything that a function may wait for when it dies; a long run must have seen each. */
export const CRASH_POINTS = [
  ...new Set(PURPOSES.map(([purpose]) => purpose)),
  'copy',
  'hide',
  'handler',
  'secret',
  'send',
];

/** Which of the ledger's writes this is. */
export function purposeOf({ UpdateExpression = '' }: UpdateItemCommandInput): string {
  const found = PURPOSES.find(([, sets]) => UpdateExpression.includes(sets));
  if (found === undefined) throw new Error(`a write without a purpose: ${UpdateExpression}`);
  return found[0];
}
