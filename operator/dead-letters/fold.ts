import type { DeadLetter } from './dead-letter.ts';

/** The letters of one event. A crash between copy and acknowledgement, or a second failure, leaves several. */
export interface FoldedEvent {
  /** The newest copy. */
  readonly letter: DeadLetter;
  readonly copies: readonly DeadLetter[];
}

/** Same svix-id and same body. Without a svix-id a letter stands for itself: nothing says what it is a copy of. */
export function eventKeyOf({ eventId, bodySha256, messageId }: DeadLetter): string {
  return eventId === undefined ? `message ${messageId}` : `${eventId} ${bodySha256}`;
}

/** Folds copies; events keep the order of their first letters. */
export function foldByEvent(letters: readonly DeadLetter[]): readonly FoldedEvent[] {
  const byEvent = new Map<string, [DeadLetter, ...DeadLetter[]]>();
  for (const letter of letters) {
    const key = eventKeyOf(letter);
    const copies = byEvent.get(key);
    if (copies === undefined) byEvent.set(key, [letter]);
    else copies.push(letter);
  }
  return [...byEvent.values()].map((copies) => ({
    letter: copies.reduce((newest, copy) => (copy.sentAtMs >= newest.sentAtMs ? copy : newest)),
    copies,
  }));
}
