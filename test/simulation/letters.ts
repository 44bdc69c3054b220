import { LEASE_SKEW_MS } from '../../lambdas/contract/timing.ts';
import type { Invocation } from './instance.ts';
import type { Journal } from './journal.ts';
import type { LedgerState } from './ledger-item.ts';
import type { Settings } from './settings.ts';

/** DESIGN's number: what SQS took this long after ingest received it was put back. */
const PROMPT_MS = 15_000;
/** The product's allowance for clocks that differ, and the simulation's largest difference. */
const CLOCK_MARGIN_MS = LEASE_SKEW_MS + 3_000;

/** A message of an event on the main queue. */
export interface EventMessage {
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
  readonly signedAtSeconds: number;
  /** An operator put it there. */
  readonly isRedrive: boolean;
}

/** The messages of the event in the batch that claims it, and all that were ever put on the main queue. */
export interface EventBatch {
  readonly nowMs: number;
  readonly batch: readonly EventMessage[];
  readonly mainQueue: readonly EventMessage[];
}

/** A copy of an attempt that holds the event. */
interface Copy {
  readonly signedAtSeconds: number;
  readonly receivedAtMs: number;
  readonly invocation: Invocation | undefined;
  /** `confirmed` until its release is tried: whoever copies again now, does it for nothing. */
  state: 'under way' | 'confirmed' | 'may be repeated';
}

type Letter = Pick<Copy, 'signedAtSeconds' | 'receivedAtMs'> & { readonly claimedAtMs: number };

/** SQS took it after the letter, and Svix signed it after what became the letter; or somebody put it back. */
function isLater(message: EventMessage, letter: Letter): boolean {
  const { sentAtMs, receivedAtMs, signedAtSeconds, isRedrive } = message;
  if (sentAtMs < letter.claimedAtMs - CLOCK_MARGIN_MS) return false;
  const isPutBack = isRedrive || sentAtMs - receivedAtMs > PROMPT_MS;
  return isPutBack || signedAtSeconds > letter.signedAtSeconds || receivedAtMs <= letter.receivedAtMs;
}

/** The budgets of an event and their dead letters, reckoned from what happened: never from the ledger's attributes. */
export class EventLetters {
  /** Times a budget was opened: by the first claim, and by each claim after a confirmed dead letter. */
  budgets = 0;
  #claimedAtMs = 0;
  #copy: Copy | undefined;
  #latest: Letter | undefined;
  #first: Letter | undefined;
  readonly #eventId: string;
  readonly #journal: Journal;
  readonly #isMixed: boolean;

  constructor(eventId: string, journal: Journal, settings: Settings) {
    this.#eventId = eventId;
    this.#journal = journal;
    // A consumer of version 0.1 counts by message: beside it nothing is lost, and that is all.
    this.#isMixed = settings.faults['old-consumer'] !== undefined;
  }

  /**
   * A letter ends a budget; the next one is opened by a message that SQS took after that: a redrive or a resend.
   * What SQS took just before the letter may open one too, since no two clocks agree.
   */
  onClaim(from: LedgerState, to: LedgerState, { nowMs, batch, mainQueue }: EventBatch): void {
    this.#claimedAtMs = nowMs;
    if (from === 'absent') this.budgets++;
    const latest = this.#latest;
    const first = this.#first;
    if (from !== 'FAILED (dead-lettered)' || latest === undefined || first === undefined) return;
    this.budgets++;
    this.#journal.count(`budgets opened again${to === 'COMPLETED' ? ', unhandled' : ''}`);
    if (this.#isMixed) return;
    this.#journal.check(
      'a-fresh-budget-has-its-cause',
      this.#eventId,
      batch.some((message) => isLater(message, latest)),
      () => `budget ${this.budgets}, after ${JSON.stringify(latest)}, for ${JSON.stringify(batch)}`,
    );
    const later = mainQueue.filter((message) => isLater(message, first));
    this.#journal.check(
      'budgets-within-their-causes',
      this.#eventId,
      this.budgets <= 1 + later.length,
      () => `${this.budgets} budgets, ${later.length} redrives and later resends`,
    );
  }

  /** One letter more is right where the attempt before this one ended between its copy and its release. */
  onCopy(copy: Omit<Copy, 'state'>): void {
    const earlier = this.#copy;
    const wasBlocked =
      earlier?.invocation !== undefined &&
      earlier.invocation.instance.blockedUntilMs > earlier.invocation.startedAtMs;
    const endedBetween =
      earlier?.invocation?.ended === 'crashed' || earlier?.invocation?.ended === 'timed-out' || wasBlocked;
    this.#journal.check(
      'one-letter-for-a-budget',
      this.#eventId,
      earlier === undefined || earlier.state !== 'confirmed' || endedBetween,
      () => `a second copy, and the first of invocation ${earlier?.invocation?.id} was confirmed`,
    );
    if (earlier !== undefined) this.#journal.count('letters more for a budget');
    this.#copy = { ...copy, state: 'under way' };
  }

  /** Too late, after the invocation's end: the batch was answered without it. */
  onCopyConfirmed(invocation: Invocation | undefined): void {
    const copy = this.#copy;
    if (copy?.invocation !== invocation || copy?.state !== 'under way') return;
    copy.state = invocation?.ended === undefined ? 'confirmed' : 'may be repeated';
  }

  /** Its call failed, or the release after it is tried, whose answer may be lost. */
  onCopyMayBeRepeated(invocation: Invocation | undefined): void {
    if (this.#copy !== undefined && this.#copy.invocation === invocation)
      this.#copy.state = 'may be repeated';
  }

  onRelease(): void {
    const { signedAtSeconds = 0, receivedAtMs = 0 } = this.#copy ?? {};
    this.#latest = { claimedAtMs: this.#claimedAtMs, signedAtSeconds, receivedAtMs };
    this.#first ??= this.#latest;
    this.#copy = undefined;
  }
}
