import { FailureReason } from '../../lambdas/contract/failure.ts';
import { UNKNOWN_EVENT_TYPE } from '../../lambdas/contract/message.ts';
import type { HandlerRun } from './auditor.ts';
import type { Item } from './expressions.ts';
import type { Invocation } from './instance.ts';
import type { Journal } from './journal.ts';
import { describeItem, failedHandlers, numberOf, stateOf, textOf } from './ledger-item.ts';
import { type EventBatch, EventLetters } from './letters.ts';
import type { Settings } from './settings.ts';

/** An attempt at an event, as the claims in the table tell it. */
export interface ClaimedAttempt {
  readonly owner: string;
  readonly invocation: Invocation;
  readonly runs: HandlerRun[];
  /** Records of its batch. */
  readonly batchSize: number;
  /** Whether the claim's answer has reached its owner. */
  readonly learned: () => boolean;
  ranSchema: boolean;
  /** The table was away for its content key: no handler may start. */
  lacksContent: boolean;
  /** Another event has told the same: its end is decided, whether or not the table takes it. */
  isTold: boolean;
  /** The body is not JSON: every attempt ends alike, with a letter, and none of a handler's is lost. */
  readonly isUnreadable: boolean;
  /** The attempt before it died without a record. */
  readonly isSuspect: boolean;
  /** Which attempt of the budget it must be. */
  readonly number: number;
  /** It ended with a record, or runs alone: from there on it counts. */
  counted: 'record' | 'alone' | undefined;
}

/** What an event has spent of its budget, reckoned from what happened: never from the ledger's own counters. */
export class EventBudget {
  attempt: ClaimedAttempt | undefined;
  /** Counted attempts in which a handler started, before the current one. */
  #ranBefore = 0;
  #spent = 0;
  /** How the last counted attempt came to its end. */
  #lastCounted: 'record' | 'alone' | undefined;
  #countedBefore: 'record' | 'alone' | undefined;
  /** What an attempt decided to dead-letter the event for, while no copy is confirmed: its successors say the same. */
  #decided: string | undefined;
  readonly #failedForGood = new Set<string>();
  readonly letters: EventLetters;
  /** Runs of each handler, those of attempts that died in company left out. */
  readonly #counted = new Map<string, number>();
  readonly #eventId: string;
  readonly #journal: Journal;
  readonly #settings: Settings;

  constructor(eventId: string, journal: Journal, settings: Settings) {
    this.#eventId = eventId;
    this.#journal = journal;
    this.#settings = settings;
    this.letters = new EventLetters(eventId, journal, settings);
  }

  onClaim(
    owner: string,
    invocation: Invocation,
    batchSize: number,
    before: Item | undefined,
    after: Item,
    learned: () => boolean,
    batch: EventBatch,
  ): void {
    const from = stateOf(before);
    this.#closeAttempt(from === 'IN_PROGRESS');
    this.letters.onClaim(from, stateOf(after), batch);
    if (stateOf(after) !== 'IN_PROGRESS') {
      const same = numberOf(before, 'attempts_total') === numberOf(after, 'attempts_total');
      this.#check('attempts-count-claims', same, () => 'an event that nothing handles was counted');
      this.attempt = undefined;
      return;
    }
    const isAlone = batchSize === 1;
    const number = this.#spent + 1;
    const totals = (numberOf(after, 'attempts_total') ?? 0) - (numberOf(before, 'attempts_total') ?? 0);
    this.#check(
      'attempts-count-claims',
      numberOf(after, 'attempts') === number &&
        numberOf(after, 'attempts_spent') === this.#spent + (isAlone ? 1 : 0) &&
        totals === 1,
      () => `attempt ${number}, ${isAlone ? 'alone' : 'in company'}: ${describeItem(after)}`,
    );
    if (from === 'FAILED (dead-lettered)') {
      const marks = failedHandlers(before);
      this.#check('redrive-starts-afresh', marks.length === 0, () => `${marks.join()} still marked`);
    }
    const isSuspect = from === 'IN_PROGRESS';
    const attempt: ClaimedAttempt = {
      owner,
      invocation,
      runs: [],
      batchSize,
      learned,
      ranSchema: false,
      lacksContent: false,
      isTold: false,
      isUnreadable: textOf(after, 'event_type')?.endsWith(UNKNOWN_EVENT_TYPE) === true,
      isSuspect,
      number,
      counted: undefined,
    };
    this.attempt = attempt;
    if (isAlone) this.#count(attempt, 'alone');
  }

  /** The predecessor is over: what it ran counts, unless it died in company. */
  #closeAttempt(died: boolean): void {
    const { attempt } = this;
    if (attempt === undefined) return;
    if (died) this.#journal.count(`attempts died ${attempt.counted === undefined ? 'in company' : 'alone'}`);
    if (attempt.runs.length > 0 && attempt.counted !== undefined) this.#ranBefore++;
    for (const { handler } of attempt.counted === undefined ? [] : attempt.runs)
      this.#counted.set(handler, (this.#counted.get(handler) ?? 0) + 1);
    const { ranSchema, lacksContent, isTold, isUnreadable } = attempt;
    if (attempt.counted !== 'alone' || attempt.runs.length > 0) return;
    if (!ranSchema && !lacksContent && !isTold && !isUnreadable) this.#checkNotBurned(attempt);
  }

  /** Counted, no handler started, no record left: only a death explains that, or a claim of which nobody learned. */
  #checkNotBurned({ invocation, learned }: ClaimedAttempt): void {
    const died = invocation.ended === 'crashed' || invocation.ended === 'timed-out';
    const wasBlocked = invocation.instance.blockedUntilMs > invocation.startedAtMs;
    const holds = died || wasBlocked || !learned() || this.#decided !== undefined;
    if (!learned()) this.#journal.count('attempts counted by a claim whose answers were all lost');
    this.#check('no-attempt-is-burned', holds, () => `invocation ${invocation.id} ${invocation.ended}`);
  }

  #count(attempt: ClaimedAttempt, how: 'record' | 'alone'): void {
    attempt.counted = how;
    this.#spent = attempt.number;
    this.#countedBefore = this.#lastCounted;
    this.#lastCounted = how;
  }

  /** A write of the attempt that holds the event. */
  onLaterWrite(before: Item | undefined, after: Item): 'withdrawn' | undefined {
    const { attempt } = this;
    if (attempt === undefined) return undefined;
    const from = stateOf(before);
    const to = stateOf(after);
    if (to === 'FAILED (dead-lettered)') {
      if (from !== to) this.letters.onRelease();
      this.#spent = 0;
      this.#ranBefore = 0;
      this.#lastCounted = undefined;
      this.#decided = undefined;
      this.#failedForGood.clear();
      attempt.counted = undefined;
      return undefined;
    }
    if (this.#isWithdrawn(before, after)) return 'withdrawn';
    for (const handler of failedHandlers(after)) this.#failedForGood.add(handler);
    if (from === 'IN_PROGRESS' && to === 'FAILED (copy not confirmed)') this.#checkReason(after);
    if (to.startsWith('FAILED')) this.#count(attempt, 'record');
    const wasCounted = numberOf(before, 'attempts_spent');
    const isCounted = numberOf(after, 'attempts_spent');
    if (to !== 'IN_PROGRESS' || isCounted === wasCounted) return undefined;
    if (isCounted === attempt.number - 1 && attempt.counted === 'alone') {
      this.#giveBack(attempt);
      return undefined;
    }
    // The turn alone is the only thing that counts a running attempt.
    this.#journal.count('turns taken alone');
    this.#check('only-a-suspect-is-counted-early', attempt.isSuspect && isCounted === attempt.number, () =>
      describeItem(after),
    );
    this.#count(attempt, 'alone');
    return undefined;
  }

  /** The turn came too late to run anything. */
  #giveBack(attempt: ClaimedAttempt): void {
    const holds = attempt.runs.length === 0 && !attempt.ranSchema && attempt.batchSize > 1;
    this.#check('only-an-idle-turn-is-given-back', holds, () => `${attempt.runs.length} runs`);
    this.#journal.count('turns given back');
    attempt.counted = undefined;
    this.#spent = attempt.number - 1;
    this.#lastCounted = this.#countedBefore;
  }

  /** A claim of which its owner did not learn is taken back: as if it had not been made. */
  #isWithdrawn(before: Item | undefined, after: Item): boolean {
    const { attempt } = this;
    const spent = (numberOf(before, 'attempts') ?? 0) - (numberOf(after, 'attempts') ?? 0);
    if (attempt === undefined || stateOf(before) !== 'IN_PROGRESS' || spent !== 1) return false;
    // Without `attempts`, which tell what `attempts_total` does.
    if (stateOf(after) === 'COMPLETED') return false;
    this.#journal.count('claims withdrawn');
    const holds = (attempt.lacksContent || !attempt.learned()) && attempt.runs.length === 0;
    this.#check('only-an-unknown-claim-is-withdrawn', holds, () => describeItem(after));
    if (attempt.counted !== undefined) this.#spent = attempt.number - 1;
    attempt.counted = undefined;
    return true;
  }

  #checkReason(after: Item): void {
    const { maxAttempts } = this.#settings.policy;
    const reason = textOf(after, 'dead_letter_reason');
    const number = this.attempt?.number ?? 0;
    if (this.#decided !== undefined) {
      this.#check(
        'the-first-reason-stays',
        reason === this.#decided,
        () => `${reason}, not ${this.#decided}`,
      );
      return;
    }
    this.#decided = reason;
    if (reason === FailureReason.ABANDONED) {
      const holds = number > maxAttempts && this.#diedAlone();
      this.#check('abandoned-means-a-death-alone', holds, () => `attempt ${number}: ${describeItem(after)}`);
    }
    if (reason === FailureReason.ABANDONED || reason === FailureReason.ATTEMPTS_EXHAUSTED) {
      this.#check('budget-was-spent', number >= maxAttempts, () => `${reason} in attempt ${number}`);
    }
  }

  /** Alone in its batch, an attempt that finds the budget spent has been counted itself already. */
  #diedAlone(): boolean {
    return this.attempt?.batchSize === 1 || this.#lastCounted === 'alone';
  }

  /** @param others - runs of other events of the same batch that have not settled */
  onHandlerStart(item: Item | undefined, handler: string, others: readonly HandlerRun[]): void {
    const { attempt } = this;
    const { maxAttempts } = this.#settings.policy;
    this.#check('failed-for-good-stays-so', !this.#failedForGood.has(handler), () => `${handler} again`);
    if (attempt === undefined) return;
    this.#check(
      'attempts-within-the-policy',
      attempt.number <= maxAttempts && this.#ranBefore < maxAttempts,
      () => `attempt ${attempt.number} of ${maxAttempts} runs, after ${this.#ranBefore} that ran`,
    );
    this.#check(
      'runs-within-the-budgets',
      (this.#counted.get(handler) ?? 0) < maxAttempts * this.letters.budgets,
      () =>
        `${handler} has run ${this.#counted.get(handler)} times in ${this.letters.budgets} budgets of ${maxAttempts}`,
    );
    this.#check('a-decided-event-runs-nothing', this.#decided === undefined, () => `${handler} runs`);
    if (!attempt.isSuspect) return;
    this.#check('a-suspect-runs-alone', others.length === 0, () => `beside ${others[0]?.eventId}`);
    this.#check('a-suspect-is-counted-first', numberOf(item, 'attempts_spent') === attempt.number, () =>
      describeItem(item),
    );
  }

  #check(check: string, holds: boolean, detail: () => string): void {
    this.#journal.check(check, this.#eventId, holds, detail);
  }
}
