import { FailureReason } from '../../lambdas/contract/failure.ts';
import { EventStatus, isCompleted, type LedgerRecord } from '../../lambdas/ledger/record.ts';
import { isDeadLettered } from '../../operator/core/event-steps.ts';
import type { DeadLetter } from '../../operator/dead-letters/dead-letter.ts';
import type { Accounts } from './accounts.ts';
import { EVENT_KINDS, type EventKind } from './event-kinds.ts';
import { type ExtraRun, extraRuns } from './extra-runs.ts';
import type { SentEvent } from './sender.ts';

/** Something that does not balance, and the ledger's word on it. */
export interface Problem {
  readonly eventId: string;
  readonly problem: string;
  readonly ledger: string;
}

export interface Balance {
  readonly accepted: number;
  readonly completed: number;
  /** Events, not letters. */
  readonly deadLettered: number;
  readonly letters: number;
  /** Second copies of a letter: the first one's answer or its sender was lost. */
  readonly extraLetters: number;
  /** Dead-lettered events by the reason of their (first) letter. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Handlers whose completion the ledger holds. */
  readonly recordedCompletions: number;
  readonly effects: number;
  readonly extraRuns: readonly ExtraRun[];
  readonly problems: readonly Problem[];
}

/** A killed worker's attempt may be the last of its budget. */
const END_BY_KILLS: ReadonlySet<string> = new Set([
  FailureReason.ABANDONED,
  FailureReason.ATTEMPTS_EXHAUSTED,
]);

/** Draws up the accounts: every accepted event has its one end, and nothing else is there. Pure. */
export function balance(accounts: Accounts): Balance {
  const { sent, records, letters, queue, runs } = accounts;
  const lettersOf = byEvent(letters);
  const problems: Problem[] = [];
  const tell = (eventId: string, problem: string) =>
    problems.push({ eventId, problem, ledger: ledgerText(records.get(eventId)) });

  const reasons: Record<string, number> = {};
  let accepted = 0;
  let completed = 0;
  let deadLettered = 0;
  for (const event of sent.values()) {
    const record = records.get(event.id);
    const letter = lettersOf.get(event.id)?.[0];
    if (event.accepted > 0) accepted += 1;
    else tell(event.id, 'was never answered with a 2xx');
    if (record?.status === EventStatus.COMPLETED) completed += 1;
    if (letter !== undefined) {
      deadLettered += 1;
      const reason = letter.failure?.reason ?? 'without a reason';
      reasons[reason] = (reasons[reason] ?? 0) + 1;
    }
    for (const problem of endProblems(accounts, event, record, lettersOf.get(event.id) ?? [])) {
      tell(event.id, problem);
    }
    for (const problem of handlerProblems(event, record, accounts)) tell(event.id, problem);
  }
  for (const eventId of foreigners([...records.keys(), ...lettersOf.keys(), ...runs.keys()], accounts)) {
    tell(eventId, accounts.forged.has(eventId) ? 'is forged and was let in' : 'was never sent');
  }
  const left = queue.visible + queue.hidden;
  if (left > 0) tell('-', `${left} messages are left on the queue`);

  const extra = extraRuns(accounts);
  for (const { eventId, handler, explained } of extra) {
    if (explained === undefined) tell(eventId, `${handler} had its effect again, and nothing explains it`);
  }
  return {
    accepted,
    completed,
    deadLettered,
    letters: letters.length,
    extraLetters: letters.length - lettersOf.size,
    reasons,
    recordedCompletions: [...records.values()].reduce((sum, record) => sum + recorded(record).length, 0),
    effects: [...runs.values()].flatMap((each) => [...each.values()]).reduce(addEffects, 0),
    extraRuns: extra,
    problems,
  };
}

/** A letter without a svix-id stands under the empty one. */
function byEvent(letters: readonly DeadLetter[]): ReadonlyMap<string, readonly DeadLetter[]> {
  const grouped = new Map<string, DeadLetter[]>();
  for (const letter of letters) {
    const eventId = letter.eventId ?? '';
    grouped.set(eventId, [...(grouped.get(eventId) ?? []), letter]);
  }
  return grouped;
}

const addEffects = (sum: number, { effectsMs }: { readonly effectsMs: readonly number[] }) =>
  sum + effectsMs.length;

function recorded(record: LedgerRecord): readonly (readonly [handler: string, completedAtMs: number])[] {
  return Object.entries(record.handlers).flatMap(([handler, state]) =>
    isCompleted(state) ? [[handler, state] as const] : [],
  );
}

function foreigners(ids: readonly string[], { sent }: Accounts): ReadonlySet<string> {
  return new Set(ids.filter((id) => !sent.has(id)));
}

/** One end and no other, the right one, and of the bytes that were sent. */
function endProblems(
  accounts: Accounts,
  event: SentEvent,
  record: LedgerRecord | undefined,
  letters: readonly DeadLetter[],
): string[] {
  const kind: EventKind = EVENT_KINDS[event.kind];
  const expected = `${event.kind}: expected ${kind.end}`;
  const isCompletedEvent = record?.status === EventStatus.COMPLETED;
  if (!isCompletedEvent && letters.length === 0) {
    return event.accepted > 0 ? [`is lost (${expected}): neither COMPLETED nor dead-lettered`] : [];
  }
  const problems: string[] = [];
  if (isCompletedEvent && letters.length > 0) problems.push('is COMPLETED and on the dead-letter queue');
  if (isCompletedEvent && kind.end !== 'completed') problems.push(`is COMPLETED (${expected})`);
  if (record !== undefined && record.body_sha256 !== event.bodySha256) {
    problems.push('was recorded with another body');
  }
  for (const { failure, bodySha256 } of letters) {
    const reason = failure?.reason ?? 'without a reason';
    const mayEndSo = reason === kind.end || (END_BY_KILLS.has(reason) && spentByKills(accounts, event, kind));
    if (!mayEndSo) problems.push(`was dead-lettered as ${reason} (${expected})`);
    if (bodySha256 !== event.bodySha256) problems.push('was dead-lettered with another body');
  }
  if (letters.length > 0 && !isCompletedEvent && !tellsTheSame(record, letters)) {
    problems.push('was dead-lettered, and its record does not tell the same');
  }
  return problems;
}

/**
 * Attempts that died with their worker count against the budget where they ran alone: enough of them, and an event
 * that would have completed ends dead-lettered, as promised.
 */
function spentByKills({ faultsOf, maxAttempts }: Accounts, { id }: SentEvent, kind: EventKind): boolean {
  const died = faultsOf(id).filter(
    ({ kind: fault }) => fault === 'worker killed' || fault === 'function timed out',
  );
  if (kind.end !== 'completed') return died.length > 0;
  return died.length + MOST_ORDERED_FAILURES >= maxAttempts;
}

/** No event that shall complete is told to fail more often. */
const MOST_ORDERED_FAILURES = 2;

function tellsTheSame(record: LedgerRecord | undefined, letters: readonly DeadLetter[]): boolean {
  return (
    record !== undefined &&
    isDeadLettered(record) &&
    letters.some(({ failure }) => failure?.reason === record.dead_letter_reason)
  );
}

/** Each completion is recorded that was to be, had its effect, and was the last of its handler. */
function handlerProblems(event: SentEvent, record: LedgerRecord | undefined, { runs }: Accounts): string[] {
  if (record === undefined) return [];
  const kind: EventKind = EVENT_KINDS[event.kind];
  const completions = new Map(recorded(record));
  const problems: string[] = [];
  const missing = kind.handlers.filter((handler) => !completions.has(handler));
  const isAbandoned = record.dead_letter_reason === FailureReason.ABANDONED;
  if (missing.length > 0 && !isAbandoned) problems.push(`no completion is recorded of ${missing.join(', ')}`);
  for (const [handler, completedAtMs] of completions) {
    if (!kind.handlers.includes(handler)) problems.push(`a completion is recorded of ${handler}`);
    // The diagnostic handler is built in and does not count its runs.
    if (event.kind === 'ping') continue;
    const { startsMs = [], effectsMs = [] } = runs.get(event.id)?.get(handler) ?? {};
    if (effectsMs.length === 0) problems.push(`${handler} is recorded as completed and had no effect`);
    if (startsMs.some((startMs) => startMs > completedAtMs)) {
      problems.push(`${handler} started after its recorded completion`);
    }
  }
  return problems;
}

/** The ledger's word on an event, in one line. */
export function ledgerText(record: LedgerRecord | undefined): string {
  if (record === undefined) return 'no record';
  const { status, attempts, attempts_total: total } = record;
  const times = `attempt ${attempts}, ${total} in all`;
  if (status === EventStatus.IN_PROGRESS) {
    return `${status} (${times}), lease until ${timeText(record.lease_expires_at_ms)}`;
  }
  if (status === EventStatus.COMPLETED) return `${status} at ${timeText(record.completed_at_ms)} (${times})`;
  if (record.dead_letter_reason !== undefined) {
    const confirmed = isDeadLettered(record) ? '' : ', its copy not confirmed';
    return `${status} as ${record.dead_letter_reason}${confirmed} (${times})`;
  }
  return `${status} (${times}), retry due at ${timeText(record.not_before_ms)}`;
}

function timeText(epochMs: number | undefined): string {
  return epochMs === undefined ? 'an unknown time' : new Date(epochMs).toISOString().slice(11, 23);
}
