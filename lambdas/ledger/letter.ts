import type { LedgerRecord } from './record.ts';

/** What tells an event's messages apart. */
export interface MessageFacts {
  /** When ingest received it. A redrive carries the same. */
  readonly receivedAtMs: number;
  /** When SQS took it, by SQS's clock: each send has its own. */
  readonly sentAtMs: number;
  /** `svix-timestamp`: when Svix signed this delivery of the event. {@link PUT_BACK} for what is no delivery. */
  readonly signedAtSeconds: number;
}

/** Later than any delivery: somebody put the message back on the queue. */
export const PUT_BACK = Number.MAX_SAFE_INTEGER;

/** A confirmed dead letter, and for which of the event's messages it stands. */
export interface Letter {
  /** For all that SQS took until then: not later than SQS took the letter, so that a redrive is younger. */
  readonly atMs: number;
  /** `svix-timestamp` of the message that became the letter: replays of that delivery, or of an older one, have it. */
  readonly signedAtSeconds: number;
  /** When ingest received that message: a replay came later, a redrive carries the same. */
  readonly receivedAtMs: number;
}

/** Whether the event's dead letter stands for this message too: the negation of `SENT_AFTER_THE_LETTER`. */
export function isLettered(record: LedgerRecord, message: MessageFacts): boolean {
  const {
    lettered_at_ms: atMs,
    lettered_signed_at_seconds: signedAtSeconds = 0,
    lettered_received_at_ms: receivedAtMs = 0,
  } = record;
  if (atMs === undefined) return false;
  const isReplay = message.signedAtSeconds <= signedAtSeconds && message.receivedAtMs > receivedAtMs;
  return message.sentAtMs <= atMs || isReplay;
}
