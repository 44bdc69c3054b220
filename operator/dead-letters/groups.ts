import type { FailureReason } from '../../lambdas/contract/failure.ts';
import { DEAD_LETTER_RETENTION_SECONDS } from '../../lambdas/contract/timing.ts';
import type { DeadLetter } from './dead-letter.ts';
import { type Fingerprint, fingerprintId, fingerprintOf } from './fingerprint.ts';

const MAX_CUSTOMERS = 20;
const MAX_EVENT_IDS = 10;
const DAY_MS = 86_400_000;

/** Letters this close to the end of their retention are warned of. */
export const EXPIRY_WARNING_MS = 3 * DAY_MS;

/** Dead letters with one cause. Times are epoch milliseconds. */
export interface FailureGroup {
  /** 8 hexadecimal characters of the fingerprint; stable between runs. */
  readonly id: string;
  /** Of the latest letter; absent when SQS moved it without a reason. */
  readonly reason?: FailureReason;
  /** The error's name; for letters on which no handler failed, the reason. */
  readonly error: string;
  readonly handler?: string;
  /** Top stack frame of user code. */
  readonly frame?: string;
  readonly code?: string;
  /** Fields of a schema, tables and columns, where the cause is one of them. */
  readonly subject?: string;
  /** Of the latest letter. */
  readonly message: string;
  /** Folded by svix-id. */
  readonly events: number;
  readonly letters: number;
  /** Event type → letters. */
  readonly eventTypes: Readonly<Record<string, number>>;
  /** Distinct, at most 20. */
  readonly customers: readonly string[];
  /** When the events failed; when SQS took the letter, where nothing else is known. */
  readonly firstAtMs: number;
  readonly lastAtMs: number;
  /** Of the latest letter. */
  readonly attempts: number;
  /** When the first of its letters is lost. */
  readonly expiresAtMs: number;
  /** At most 10, newest first. */
  readonly eventIds: readonly string[];
}

export function groupIdOf(letter: DeadLetter): string {
  return fingerprintId(fingerprintOf(letter));
}

/** When SQS drops the letter: its retention counts from the moment it was put on the dead-letter queue. */
export function expiresAtMs({ sentAtMs }: DeadLetter): number {
  return sentAtMs + DEAD_LETTER_RETENTION_SECONDS * 1000;
}

/** Groups by fingerprint (error, code, handler, top frame of user code, event type, subject), most events first, then the latest. */
export function groupDeadLetters(letters: readonly DeadLetter[]): readonly FailureGroup[] {
  const groups = new Map<string, DeadLetter[]>();
  for (const letter of letters) {
    const id = groupIdOf(letter);
    const members = groups.get(id);
    if (members === undefined) groups.set(id, [letter]);
    else members.push(letter);
  }
  return [...groups]
    .map(([id, members]) => groupOf(id, members))
    .sort((one, other) => other.events - one.events || other.lastAtMs - one.lastAtMs);
}

function groupOf(id: string, members: readonly DeadLetter[]): FailureGroup {
  const newestFirst = members.toSorted((one, other) => failedAtMs(other) - failedAtMs(one));
  const [latest] = newestFirst;
  const {
    message,
    eventType: _,
    ...fingerprint
  }: Fingerprint = latest === undefined ? NOTHING : fingerprintOf(latest);
  const eventIds = new Set(newestFirst.map(({ eventId, messageId }) => eventId ?? messageId));
  const times = newestFirst.map(failedAtMs);
  return {
    id,
    ...(latest?.failure === undefined ? {} : { reason: latest.failure.reason }),
    ...fingerprint,
    message,
    events: eventIds.size,
    letters: members.length,
    eventTypes: countTypes(members),
    customers: [...new Set(newestFirst.flatMap(({ customerId }) => customerId ?? []))].slice(
      0,
      MAX_CUSTOMERS,
    ),
    firstAtMs: times.at(-1) ?? 0,
    lastAtMs: times[0] ?? 0,
    attempts: latest?.failure?.attempts ?? 0,
    expiresAtMs: members.reduce((first, letter) => Math.min(first, expiresAtMs(letter)), Infinity),
    eventIds: [...eventIds].slice(0, MAX_EVENT_IDS),
  };
}

const NOTHING: Fingerprint = { error: '', eventType: '', message: '' };

const failedAtMs = ({ failure, sentAtMs }: DeadLetter) => failure?.failedAtMs ?? sentAtMs;

function countTypes(letters: readonly DeadLetter[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { eventType } of letters) counts.set(eventType, (counts.get(eventType) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, one], [, other]) => other - one));
}
