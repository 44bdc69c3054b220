import { HANDLER_MARGIN_MS, LEASE_SKEW_MS, MAX_VISIBILITY_SECONDS } from '../../lambdas/contract/timing.ts';
import { EventBudget } from './budget.ts';
import type { Invocation } from './instance.ts';
import type { Journal } from './journal.ts';
import { completedHandlers, describeItem, hasCompleted, numberOf, stateOf, textOf } from './ledger-item.ts';
import type { EventLetters, EventMessage } from './letters.ts';
import type { Settings } from './settings.ts';
import { type AppliedWrite, ConditionalCheckFailed, type SimulatedTable } from './table.ts';
import { purposeOf } from './write-purpose.ts';

/** Writes that a message begins with. */
const CLAIMS: ReadonlySet<string> = new Set(['claim', 'complete-unhandled']);

/** A final write is repeated for this long at most. */
const FINAL_WRITE_MS = 5_000;

/** One run of a handler. */
export interface HandlerRun {
  readonly eventId: string;
  readonly handler: string;
  readonly invocation: Invocation;
  readonly startedAtMs: number;
  endedAtMs: number | undefined;
  outcome: 'running' | 'completed' | 'failed' | 'failed for good';
  /** It asked for this delay. */
  retryAfterSeconds: number | undefined;
}

/** It settled about when the consumer gave up waiting, or later. */
function isLate({ invocation, endedAtMs = Number.POSITIVE_INFINITY }: HandlerRun): boolean {
  return endedAtMs >= invocation.deadlineMs - HANDLER_MARGIN_MS;
}

interface EventHistory {
  claimedAtMs: number;
  readonly budget: EventBudget;
}

/** Watches every write, every handler and every claim while they happen. */
export class Auditor {
  readonly runs = new Map<string, HandlerRun[]>();
  readonly #runsOf = new Map<Invocation, HandlerRun[]>();
  readonly #histories = new Map<string, EventHistory>();
  readonly #invocations = new Map<string, Invocation>();
  readonly #batchSizes = new Map<Invocation, number>();
  readonly #messageIds = new Map<Invocation, readonly string[]>();
  /** Messages of each event, by message id. */
  readonly #queued = new Map<string, Map<string, EventMessage>>();
  /** Owners that have taken their claim back, and will do nothing more about the event. */
  readonly #withdrawn = new Set<string>();
  readonly #claimAnswers = new Map<string, 'asked' | 'answered' | 'went on'>();
  /** Claims that the table applied, by the invocation that asked: owner and event. */
  readonly #claims = new Map<Invocation, [owner: string, eventId: string][]>();
  readonly #journal: Journal;
  readonly #settings: Settings;
  table: SimulatedTable | undefined;
  readonly #nowMs: () => number;

  constructor(journal: Journal, settings: Settings, nowMs: () => number) {
    this.#journal = journal;
    this.#settings = settings;
    this.#nowMs = nowMs;
  }

  onInvocation(invocation: Invocation, messageIds: readonly string[]): void {
    this.#batchSizes.set(invocation, messageIds.length);
    this.#messageIds.set(invocation, messageIds);
  }

  /** A message of an event arrived on the main queue. */
  onQueued(eventId: string, messageId: string, message: EventMessage): void {
    const messages = this.#queued.get(eventId) ?? new Map<string, EventMessage>();
    this.#queued.set(eventId, messages.set(messageId, message));
  }

  lettersOf(eventId: string): EventLetters {
    return this.historyOf(eventId).budget.letters;
  }

  /** A token for a claim that this invocation is about to make. */
  newOwner(invocation: Invocation | undefined): string {
    if (invocation === undefined) throw new Error('a claim outside of any invocation');
    const owner = `${invocation.instance.name}/${invocation.id}/${this.#invocations.size + 1}`;
    this.#invocations.set(owner, invocation);
    return owner;
  }

  /** Follows the calls of one claim's owner: the first is the claim itself. */
  async watchCall<T>(owner: string, answer: Promise<T>): Promise<T> {
    if (this.#claimAnswers.has(owner)) {
      // What was asked in vain is withdrawn; anything else follows from the answer.
      if (this.#claimAnswers.get(owner) === 'answered') this.#claimAnswers.set(owner, 'went on');
      return answer;
    }
    this.#claimAnswers.set(owner, 'asked');
    try {
      const result = await answer;
      this.#claimAnswers.set(owner, 'answered');
      return result;
    } catch (error) {
      // Refused by its own effect: the first answer was lost.
      if (error instanceof ConditionalCheckFailed && error.Item?.['owner']?.S === owner) {
        this.#claimAnswers.set(owner, 'answered');
      }
      throw error;
    }
  }

  /** Who learned that it holds an event must do something about it. */
  onAnswered(invocation: Invocation): void {
    const wasBlocked = invocation.instance.blockedUntilMs > invocation.startedAtMs;
    // A suspect whose neighbours took the handlers' whole time stays a suspect: nothing is recorded of it.
    const timeWasUp = this.#nowMs() >= invocation.deadlineMs - HANDLER_MARGIN_MS;
    for (const [owner, eventId] of this.#claims.get(invocation) ?? []) {
      const item = this.table?.items.get(eventId);
      const isIdle =
        this.#claimAnswers.get(owner) === 'answered' &&
        textOf(item, 'owner') === owner &&
        stateOf(item) === 'IN_PROGRESS';
      const { attempt } = this.historyOf(eventId).budget;
      const waited = timeWasUp && attempt?.isSuspect === true && attempt.batchSize > 1;
      if (isIdle && waited) this.#journal.count('suspects whose turn did not come');
      this.#journal.check('a-claim-is-not-left-alone', eventId, !isIdle || wasBlocked || waited, () =>
        describeItem(item),
      );
    }
    this.#claims.delete(invocation);
  }

  #learned(owner: string): boolean {
    const answer = this.#claimAnswers.get(owner);
    return answer === 'answered' || answer === 'went on';
  }

  historyOf(eventId: string): EventHistory {
    let history = this.#histories.get(eventId);
    if (history === undefined) {
      history = { claimedAtMs: 0, budget: new EventBudget(eventId, this.#journal, this.#settings) };
      this.#histories.set(eventId, history);
    }
    return history;
  }

  onWrite({ key, input, before, after }: AppliedWrite): void {
    const journal = this.#journal;
    const writer = input.ExpressionAttributeValues?.[':owner']?.S;
    const from = stateOf(before);
    const to = stateOf(after);
    const isClaim = CLAIMS.has(purposeOf(input));
    journal.count(`transition ${from} → ${to}${isClaim && from === to ? ' (taken over)' : ''}`);
    journal.note(key, () => `table: ${from} → ${to} by ${writer}: ${describeItem(after)}`);
    journal.check(
      'completed-is-final',
      key,
      from !== 'COMPLETED' || to === 'COMPLETED',
      () => `became ${to}`,
    );
    journal.check(
      'completions-stay-recorded',
      key,
      completedHandlers(before).every((handler) => hasCompleted(after, handler)),
      () => `${describeItem(before)} became ${describeItem(after)}`,
    );
    if (isClaim) this.#onClaim({ key, input, before, after });
    else this.#onLaterWrite({ key, input, before, after });
  }

  #onClaim({ key, input, before, after }: AppliedWrite): void {
    const journal = this.#journal;
    const nowMs = this.#nowMs();
    const owner = input.ExpressionAttributeValues?.[':owner']?.S ?? '';
    const invocation = this.#invocations.get(owner);
    journal.check('owner-is-fresh', key, invocation !== undefined, () => `unknown token ${owner}`);
    const from = stateOf(before);
    if (before !== undefined) {
      const sameBody = textOf(before, 'body_sha256') === textOf(after, 'body_sha256');
      journal.check('claim-has-the-same-body', key, sameBody, () => 'another body took over the record');
      journal.check(
        'claim-not-after-completion',
        key,
        from !== 'COMPLETED',
        () => 'a COMPLETED event was claimed',
      );
    }
    if (from === 'IN_PROGRESS') {
      const earlier = textOf(before, 'owner') ?? '';
      const holder = this.#withdrawn.has(earlier) ? undefined : this.#invocations.get(earlier);
      const isOver = holder === undefined || holder.ended !== undefined || nowMs >= holder.deadlineMs;
      journal.check('claim-waits-for-the-lease', key, isOver, () => `${earlier} still runs`);
    }
    const notBeforeMs = numberOf(before, 'not_before_ms');
    if (from.startsWith('FAILED') && notBeforeMs !== undefined) {
      const allowedMs = notBeforeMs - LEASE_SKEW_MS;
      journal.check(
        'claim-waits-for-the-backoff',
        key,
        nowMs >= allowedMs,
        () => `${notBeforeMs - nowMs} ms early`,
      );
    }
    const history = this.historyOf(key);
    history.claimedAtMs = nowMs;
    if (invocation === undefined) return;
    const batchSize = this.#batchSizes.get(invocation) ?? 0;
    const queued = this.#queued.get(key);
    const batch = (this.#messageIds.get(invocation) ?? []).flatMap((id) => queued?.get(id) ?? []);
    history.budget.onClaim(owner, invocation, batchSize, before, after, () => this.#learned(owner), {
      nowMs,
      batch,
      mainQueue: [...(queued?.values() ?? [])],
    });
    if (invocation.ended === undefined) {
      this.#claims.set(invocation, [...(this.#claims.get(invocation) ?? []), [owner, key]]);
    }
  }

  #onLaterWrite({ key, input, before, after }: AppliedWrite): void {
    const journal = this.#journal;
    const writer = input.ExpressionAttributeValues?.[':owner']?.S;
    journal.check(
      'lost-owner-never-writes',
      key,
      before !== undefined && writer === textOf(before, 'owner'),
      () => `${writer} wrote over ${describeItem(before)}`,
    );
    const from = stateOf(before);
    const to = stateOf(after);
    const { budget } = this.historyOf(key);
    const { attempt } = budget;
    if (attempt === undefined || attempt.owner !== writer) return;
    if (budget.onLaterWrite(before, after) === 'withdrawn') {
      this.#withdrawn.add(writer);
      return;
    }
    const sentAtMs = Number(input.ExpressionAttributeValues?.[':now_ms']?.N ?? 0);
    if (from === 'IN_PROGRESS' && to !== 'IN_PROGRESS') {
      const skewMs = attempt.invocation.instance.skewMs;
      const done = attempt.runs.filter(
        (run) => run.outcome === 'completed' && !isLate(run) && (run.endedAtMs ?? 0) + skewMs < sentAtMs - 1,
      );
      const missing = done
        .filter(({ handler }) => !hasCompleted(after, handler))
        .map(({ handler }) => handler);
      journal.check(
        'final-write-carries-completions',
        key,
        missing.length === 0,
        () => `without ${missing.join()}`,
      );
    }
    if (from === 'IN_PROGRESS' && to === 'COMPLETED') {
      const open = attempt.runs
        .filter(({ outcome }) => outcome !== 'completed')
        .map(({ handler }) => handler);
      journal.check(
        'completed-means-all-handlers',
        key,
        open.length === 0,
        () => `${open.join()} did not complete`,
      );
    }
    if (from === 'IN_PROGRESS' && to === 'FAILED (retrying)')
      this.#checkBackoff({ key, input, before, after });
  }

  #checkBackoff({ key, before, after }: AppliedWrite): void {
    const { policy } = this.#settings;
    const attempts = numberOf(after, 'attempts') ?? 0;
    const delayMs = (numberOf(after, 'not_before_ms') ?? 0) - (numberOf(after, 'updated_at_ms') ?? 0);
    const runs = this.historyOf(key).budget.attempt?.runs ?? [];
    const clamp = (ms: number) => Math.min(MAX_VISIBILITY_SECONDS * 1_000, Math.max(1_000, ms));
    const ceilingMs = Math.min(policy.backoffCapMs, policy.backoffBaseMs * 2 ** (attempts - 1));
    const asked = runs.flatMap(({ retryAfterSeconds }) =>
      retryAfterSeconds === undefined ? [] : clamp(retryAfterSeconds * 1_000),
    );
    // What settled about when the consumer gave up waiting may count as settled or not.
    const someAreLate = runs.some((run) => isLate(run));
    const jittered = asked.length > 0 && !someAreLate ? [] : [clamp(ceilingMs / 2), clamp(ceilingMs)];
    const bounds = [...jittered, ...(someAreLate || asked.length === 0 ? asked : [Math.max(...asked)])];
    const leaseMs = (numberOf(before, 'lease_expires_at_ms') ?? 0) - (numberOf(after, 'updated_at_ms') ?? 0);
    const leastMs = Math.min(...bounds);
    const mostMs = Math.max(...bounds, someAreLate ? leaseMs + FINAL_WRITE_MS : 0);
    const holds = delayMs >= leastMs - 1 && delayMs <= mostMs + 1;
    this.#journal.check(
      'backoff-follows-the-policy',
      key,
      holds,
      () => `${delayMs} ms after attempt ${attempts}, not ${leastMs} to ${mostMs}`,
    );
    this.#journal.check(
      'attempts-within-the-policy',
      key,
      attempts < policy.maxAttempts,
      () => `a retry after attempt ${attempts} of ${policy.maxAttempts}`,
    );
  }

  /** The user's schema is code that runs in an attempt, as a handler is. */
  onSchemaStart(eventId: string, invocation: Invocation | undefined): void {
    const { attempt } = this.historyOf(eventId).budget;
    if (attempt !== undefined && attempt.invocation === invocation) attempt.ranSchema = true;
  }

  /** Its claim is withdrawn, if the table takes that: nothing has failed, and nothing may run. */
  onContentLacking(eventId: string, invocation: Invocation | undefined): void {
    const { attempt } = this.historyOf(eventId).budget;
    if (attempt !== undefined && attempt.invocation === invocation) attempt.lacksContent = true;
  }

  onTold(eventId: string, invocation: Invocation | undefined): void {
    const { attempt } = this.historyOf(eventId).budget;
    if (attempt !== undefined && attempt.invocation === invocation) attempt.isTold = true;
  }

  onHandlerStart(eventId: string, handler: string, invocation: Invocation): HandlerRun {
    const journal = this.#journal;
    const nowMs = this.#nowMs();
    const item = this.table?.items.get(eventId);
    const { budget } = this.historyOf(eventId);
    const { attempt } = budget;
    journal.count('handler runs');
    journal.note(eventId, () => `handler ${handler} starts in ${invocation.instance.name}/${invocation.id}`);
    journal.check('no-start-after-recorded-completion', eventId, !hasCompleted(item, handler), () =>
      describeItem(item),
    );
    const ours = attempt?.invocation === invocation && stateOf(item) === 'IN_PROGRESS';
    journal.check('start-under-own-claim', eventId, ours, () => `in ${invocation.id}: ${describeItem(item)}`);
    journal.check(
      'start-within-the-invocation',
      eventId,
      invocation.ended === undefined,
      () => `invocation ${invocation.id} had ended: ${invocation.ended}`,
    );
    const earlier = this.runs.get(eventId) ?? [];
    const overlapping = earlier.find(
      (run) =>
        run.handler === handler &&
        run.outcome === 'running' &&
        run.invocation.instance.state !== 'dead' &&
        nowMs < run.invocation.deadlineMs,
    );
    journal.check(
      'one-run-at-a-time',
      eventId,
      overlapping === undefined,
      () => `${handler} still runs in invocation ${overlapping?.invocation.id} until its deadline`,
    );
    const others = (this.#runsOf.get(invocation) ?? []).filter(
      (other) => other.eventId !== eventId && other.outcome === 'running',
    );
    budget.onHandlerStart(item, handler, others);
    const suspect = others.find((other) => this.#runsAlone(other));
    journal.check('nobody-joins-a-suspect', eventId, suspect === undefined, () => `${suspect?.eventId} runs`);
    const run: HandlerRun = {
      eventId,
      handler,
      invocation,
      startedAtMs: nowMs,
      endedAtMs: undefined,
      outcome: 'running',
      retryAfterSeconds: undefined,
    };
    attempt?.runs.push(run);
    this.runs.set(eventId, [...earlier, run]);
    this.#runsOf.set(invocation, [...(this.#runsOf.get(invocation) ?? []), run]);
    return run;
  }

  /** For the count of what a crash interrupted. */
  runningHandlers(invocation: Invocation): readonly { readonly purpose: string }[] {
    return (this.#runsOf.get(invocation) ?? [])
      .filter(({ outcome }) => outcome === 'running')
      .map(() => ({ purpose: 'handler' }));
  }

  #runsAlone({ eventId, invocation }: HandlerRun): boolean {
    const { attempt } = this.historyOf(eventId).budget;
    if (attempt === undefined || attempt.invocation !== invocation) return false;
    return attempt.isSuspect;
  }

  onHandlerEnd(run: HandlerRun, outcome: Exclude<HandlerRun['outcome'], 'running'>): void {
    run.outcome = outcome;
    run.endedAtMs = this.#nowMs();
    this.#journal.count(`handler runs ${outcome}`);
    this.#journal.note(run.eventId, () => `handler ${run.handler} ${outcome}`);
  }
}
