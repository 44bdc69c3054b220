import { sourceOf } from '../../lambdas/contract/source.ts';
import { describeEvent } from '../../lambdas/events/event-fields.ts';
import { EventStatus, isCompleted, type LedgerRecord } from '../../lambdas/ledger/record.ts';
import type { Target } from '../core/target.ts';
import type { DeadLetter } from './dead-letter.ts';
import { type FoldedEvent, foldByEvent } from './fold.ts';
import { letterBytes, parseJson } from './read-letter.ts';
import { readRecords } from './read-records.ts';
import type { HandlersOf } from './registered-handlers.ts';

export type { HandlersOf } from './registered-handlers.ts';

/** What a redrive would do with an event. */
export const Disposition = {
  /** Its handlers that have not completed run again. */
  RUN: 'run',
  /** An attempt, or the backoff after one, holds the event until `untilMs`: the consumer waits, then runs what is left. */
  LEASED: 'leased',
  /** The ledger says COMPLETED for this very body: skipped. */
  COMPLETED: 'completed',
  /** It would come straight back (no svix-id, not JSON, or another body is recorded under its id): skipped. */
  FUTILE: 'futile',
  /** The ledger holds no record (expired, restored): every handler would run. */
  UNRECORDED: 'unrecorded',
} as const;
export type Disposition = (typeof Disposition)[keyof typeof Disposition];

/** One event of the dead-letter queue, and what a redrive would do with it. */
export interface PlannedEvent {
  /** The newest copy. */
  readonly letter: DeadLetter;
  /** All copies, `letter` included: same svix-id, same body. */
  readonly copies: readonly DeadLetter[];
  readonly disposition: Disposition;
  /** Handlers that would run, in the order of registration. */
  readonly willRun: readonly string[];
  /** Handlers that have completed and will not run again. */
  readonly completed: readonly string[];
  /** LEASED: epoch milliseconds. */
  readonly untilMs?: number;
  readonly record?: LedgerRecord;
  /** Handlers whose completion `--rerun` has to take out of the record first; absent when nothing is to be reset. */
  readonly reset?: readonly string[];
  /** The deployment does not tell its handlers: `willRun` holds those that letters and records name. */
  readonly namesAreGuessed?: true;
  /** For people: what the disposition does not say. */
  readonly note?: string;
}

export interface PlanOptions {
  /** Handlers that shall run although they have completed. */
  readonly rerun?: readonly string[] | 'all';
  readonly signal: AbortSignal;
  readonly nowMs: number;
  readonly handlersOf: HandlersOf;
}

/** Folds the letters into events and asks the ledger, consistently, what a redrive of each would do. Changes nothing. */
export async function planRedrive(
  target: Target,
  letters: readonly DeadLetter[],
  options: PlanOptions,
): Promise<readonly PlannedEvent[]> {
  const events = foldByEvent(letters);
  const ids = new Set(letters.flatMap(({ eventId }) => eventId ?? []));
  const records = await readRecords(target, [...ids], options.signal);
  return events.map((event) => planEvent(event, records.get(event.letter.eventId ?? ''), options));
}

function planEvent(event: FoldedEvent, found: LedgerRecord | undefined, options: PlanOptions): PlannedEvent {
  const { letter } = event;
  const futile = (note: string): PlannedEvent => ({
    ...event,
    disposition: Disposition.FUTILE,
    willRun: [],
    completed: [],
    note,
  });
  if (letter.eventId === undefined) return futile('it carries no svix-id: the consumer refuses it again');
  if (found !== undefined && found.body_sha256 !== letter.bodySha256) {
    return futile('another body is recorded under its svix-id: the consumer refuses it again');
  }
  const payload = parseJson(letterBytes(letter));
  const source = sourceOf(letter.eventId);
  const { handlersOf } = options;
  const guessed = handlersOf.areUnknown === true ? { namesAreGuessed: true as const } : {};
  const handlers = () => {
    if (payload === undefined) return [];
    return handlersOf.areUnknown === true
      ? namesIn(letter, found)
      : handlersOf(source === undefined ? describeEvent(payload.value).eventType : letter.eventType, source);
  };
  if (found === undefined) {
    if (payload === undefined) return futile('its body is not JSON: the consumer refuses it again');
    return { ...event, ...guessed, disposition: Disposition.UNRECORDED, willRun: handlers(), completed: [] };
  }
  const planned = planRecorded(event, found, handlers(), options);
  return payload === undefined && planned.disposition !== Disposition.COMPLETED
    ? { ...futile('its body is not JSON: the consumer refuses it again'), record: found }
    : { ...planned, ...guessed };
}

/** Where the deployment does not tell its handlers: whoever has left a trace of this event. */
function namesIn({ failure }: DeadLetter, record: LedgerRecord | undefined): readonly string[] {
  const failed = [...(failure?.handlers ?? []), ...(record?.failures ?? [])].map(({ handler }) => handler);
  return [...new Set([...Object.keys(record?.handlers ?? {}), ...failed])].filter(
    (name) => name !== undefined,
  );
}

function planRecorded(
  event: FoldedEvent,
  record: LedgerRecord,
  handlers: readonly string[],
  { rerun = [], nowMs }: PlanOptions,
): PlannedEvent {
  const isRecorded = (name: string) => Object.hasOwn(record.handlers, name);
  const again = handlers.filter((name) => rerun === 'all' || rerun.includes(name));
  const reset = again.filter(isRecorded);
  const completed = Object.keys(record.handlers).filter(
    (name) => isCompleted(record.handlers[name]) && !reset.includes(name),
  );
  const willRun = handlers.filter((name) => reset.includes(name) || !isRecorded(name));
  const planned = { ...event, record, willRun, completed };
  if (record.status === EventStatus.COMPLETED) {
    // Once it is FAILED again, the consumer also runs what was registered since.
    return again.length === 0
      ? { ...planned, disposition: Disposition.COMPLETED, willRun: [] }
      : { ...planned, disposition: Disposition.RUN, reset };
  }
  const needed = reset.length === 0 ? {} : { reset };
  const outcome =
    reset.length === 0 && isUnreleased(record)
      ? {
          willRun: [],
          note: 'its dead-lettering was cut short: the consumer finishes that, and it comes back once',
        }
      : needed;
  const untilMs = heldUntilMs(record);
  return untilMs > nowMs
    ? { ...planned, ...outcome, disposition: Disposition.LEASED, untilMs }
    : { ...planned, ...outcome, disposition: Disposition.RUN };
}

/** Until when nobody else may claim the event; 0 when it is free. */
function heldUntilMs({ status, lease_expires_at_ms, not_before_ms }: LedgerRecord): number {
  return (status === EventStatus.IN_PROGRESS ? lease_expires_at_ms : not_before_ms) ?? 0;
}

/** Decided, but the copy was not confirmed: the next claim dead-letters the event again, without running anything. */
function isUnreleased(record: LedgerRecord): boolean {
  return record.unfinished_dead_letter !== undefined;
}

/** The handlers that may be run again by these plans, by name: those that have completed and are registered. */
export function rerunnableOf(
  plans: readonly PlannedEvent[],
  rerun: readonly string[],
  { names }: HandlersOf,
): readonly string[] {
  const completed = new Set([...rerun, ...plans.flatMap((plan) => plan.completed)]);
  return [...completed].filter((name) => names?.includes(name) !== false).sort();
}
