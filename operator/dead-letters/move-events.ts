import type { Target } from '../core/target.ts';
import { errorText } from './batch-call.ts';
import type { Settled, SettledEvent } from './change-letters.ts';
import type { HeldLetters } from './held-letters.ts';
import type { PlannedEvent } from './plan.ts';
import { removeLetters } from './remove-letters.ts';
import { resetHandlers } from './reset-handlers.ts';
import { sendBack } from './send-back.ts';

/** A letter that others may receive sooner than this is not sent: it could be in their hands before it is removed. */
const HOLD_MARGIN_MS = 5_000;

/**
 * Moves one batch: resets what `--rerun` asks for, sends, and removes only what SQS has confirmed. It is not
 * interrupted in between. Should the send fail after a reset, the record says FAILED and the letter is where it was:
 * as after dead-lettering, and the next redrive runs those handlers.
 */
export async function moveEvents(
  target: Target,
  events: readonly PlannedEvent[],
  held: HeldLetters,
  nowMs: () => number,
): Promise<readonly SettledEvent[]> {
  const checked = await Promise.all(
    events.map(async (event) => [event, await reasonNotToSend(target, event, held, nowMs())] as const),
  );
  const refused = checked.flatMap(([event, error]): SettledEvent[] =>
    error === undefined ? [] : [[event, { outcome: 'failed', error }]],
  );
  const sending = checked.flatMap(([event, error]) => (error === undefined ? [event] : []));
  const failures = await sendBack(
    target,
    sending.map(({ letter }) => letter),
  );
  const sent = sending.filter((_, index) => failures[index] === undefined);
  // Safe to delete: SQS has confirmed each of these events on the main queue, and every copy has the very body that
  // was sent.
  const remaining = await removeLetters(
    target,
    sent.flatMap(({ copies }) => copies),
    held,
  );
  return [
    ...refused,
    ...sending.map((event, index): SettledEvent => {
      const failure = failures[index];
      if (failure === undefined) return [event, moved(event, remaining)];
      const doubt = failure.refused ? '' : '; if it was sent all the same, the ledger will recognise it';
      const what = event.reset === undefined ? 'not sent' : 'reset, but not sent';
      return [event, { outcome: 'failed', error: `${what}: ${failure.text}${doubt}` }];
    }),
  ];
}

async function reasonNotToSend(
  target: Target,
  { letter, record, reset }: PlannedEvent,
  held: HeldLetters,
  nowMs: number,
): Promise<string | undefined> {
  if (!held.isHeld(letter, HOLD_MARGIN_MS)) return 'somebody else may have received it meanwhile: look again';
  if (record === undefined || reset === undefined) return undefined;
  const reason = letter.failure?.reason;
  try {
    const done = await resetHandlers(target, {
      record,
      handlers: reset,
      nowMs,
      ...(reason === undefined ? {} : { reason }),
    });
    return done
      ? undefined
      : 'not reset, not sent: an attempt holds the event, or it has moved on since; try again in a minute';
  } catch (error) {
    return `reset not confirmed, not sent: ${errorText(error)}`;
  }
}

function moved({ copies }: PlannedEvent, remaining: ReadonlyMap<string, string>): Settled {
  const left = copies.flatMap(({ messageId }) => remaining.get(messageId) ?? []);
  const removed = copies.length - left.length;
  if (left.length === 0) return { outcome: 'moved', removed };
  const error = `sent, but its dead letter could not be removed (${left[0]}); the ledger will recognise it`;
  return { outcome: 'moved', removed, leftBehind: left.length, error };
}
