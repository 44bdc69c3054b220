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
  return letter.groupId ?? fingerprintId(fingerprintOf(letter));
}

/** When SQS drops the letter: its retention counts from the moment it was put on the dead-letter queue. */
export function expiresAtMs({ sentAtMs }: DeadLetter): number {
  return sentAtMs + DEAD_LETTER_RETENTION_SECONDS * 1000;
}

/**
 * Groups by fingerprint (error, code, handler, top frame of user code, event type, subject) of letters that come one
 * by one: of a letter no more is kept than its group tells, and its id.
 */
export class FailureGroups {
  readonly #groups = new Map<string, GrowingGroup>();

  /** @returns the id of its group */
  add(letter: DeadLetter): string {
    const fingerprint = fingerprintOf(letter);
    const id = fingerprintId(fingerprint);
    const group = this.#groups.get(id) ?? new GrowingGroup();
    this.#groups.set(id, group);
    group.add(letter, fingerprint);
    return id;
  }

  all(): readonly FailureGroup[] {
    return [...this.#groups]
      .map(([id, group]) => ({ id, ...group.told() }))
      .sort((one, other) => other.events - one.events || other.lastAtMs - one.lastAtMs);
  }
}

class GrowingGroup {
  readonly #events = new Set<string>();
  readonly #types = new Map<string, number>();
  readonly #customers = new Newest(MAX_CUSTOMERS);
  readonly #eventIds = new Newest(MAX_EVENT_IDS);
  #latest: Omit<Fingerprint, 'eventType'> & Pick<FailureGroup, 'reason' | 'attempts'> = {
    error: '',
    message: '',
    attempts: 0,
  };
  #letters = 0;
  #firstAtMs = Number.POSITIVE_INFINITY;
  #lastAtMs = Number.NEGATIVE_INFINITY;
  #expiresAtMs = Number.POSITIVE_INFINITY;

  add(letter: DeadLetter, { eventType: _, ...fingerprint }: Fingerprint): void {
    const { eventType, customerId, failure, eventId = letter.messageId } = letter;
    const atMs = failure?.failedAtMs ?? letter.sentAtMs;
    this.#letters += 1;
    this.#events.add(eventId);
    this.#types.set(eventType, (this.#types.get(eventType) ?? 0) + 1);
    if (customerId !== undefined) this.#customers.add(customerId, atMs);
    this.#eventIds.add(eventId, atMs);
    if (atMs > this.#lastAtMs) {
      const reason = failure === undefined ? {} : { reason: failure.reason };
      this.#latest = { ...reason, ...fingerprint, attempts: failure?.attempts ?? 0 };
    }
    this.#firstAtMs = Math.min(this.#firstAtMs, atMs);
    this.#lastAtMs = Math.max(this.#lastAtMs, atMs);
    this.#expiresAtMs = Math.min(this.#expiresAtMs, expiresAtMs(letter));
  }

  told(): Omit<FailureGroup, 'id'> {
    return {
      ...this.#latest,
      events: this.#events.size,
      letters: this.#letters,
      eventTypes: Object.fromEntries([...this.#types].sort(([, one], [, other]) => other - one)),
      customers: this.#customers.values(),
      firstAtMs: this.#firstAtMs,
      lastAtMs: this.#lastAtMs,
      expiresAtMs: this.#expiresAtMs,
      eventIds: this.#eventIds.values(),
    };
  }
}

/** The values that were last seen, so many of them. */
class Newest {
  readonly #atMs = new Map<string, number>();
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  add(value: string, atMs: number): void {
    this.#atMs.set(value, Math.max(atMs, this.#atMs.get(value) ?? atMs));
    if (this.#atMs.size < this.#size * 20) return;
    // What falls out here is older than so many others: it cannot be among the newest unless it comes again.
    const kept = new Set(this.values());
    for (const each of this.#atMs.keys()) if (!kept.has(each)) this.#atMs.delete(each);
  }

  /** Newest first. */
  values(): readonly string[] {
    const newestFirst = [...this.#atMs].sort(([, one], [, other]) => other - one);
    return newestFirst.slice(0, this.#size).map(([value]) => value);
  }
}
