import type { ChangeResult, EventOutcome } from '../../dead-letters/redrive.ts';

/** A person reads these; the totals count all. */
const MAX_OUTCOMES = 200;
const MAX_CHANGES = 20;

export type ChangeKind = 'redrive' | 'delete';

export interface Change {
  readonly id: string;
  readonly kind: ChangeKind;
  /** What was chosen, in words. */
  readonly subject: string;
  readonly startedAtMs: number;
  readonly endedAtMs?: number;
  readonly stopping: boolean;
  readonly progress: ChangeProgress;
  /** Those that failed first, then the first ones of the rest. */
  readonly outcomes: readonly OutcomeLine[];
  /** Present when it has come to its end, or was stopped. */
  readonly result?: ChangeResult;
  /** Present when it ended by an error. */
  readonly error?: unknown;
}

/** An outcome without the letter itself, whose body may be large. */
export interface OutcomeLine {
  /** svix-id, or the message's id when it has none. */
  readonly id: string;
  readonly eventType: string;
  readonly outcome: EventOutcome['outcome'];
  readonly disposition: EventOutcome['plan']['disposition'];
  readonly willRun: readonly string[];
  readonly error?: string;
}

export interface ChangeProgress {
  readonly looked: number;
  readonly expected: number;
  readonly done: number;
}

/** What a change reports to while it works. */
export interface ChangeReporter {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ChangeProgress) => void;
  readonly onOutcome: (outcome: EventOutcome) => void;
}

export interface ChangesOptions {
  readonly nowMs: () => number;
  /** Stops the change under way: it finishes what it has begun. */
  readonly signal: AbortSignal;
}

/** The redrives and deletions made here, one at a time, with their progress. */
export class Changes {
  readonly #options: ChangesOptions;
  readonly #changes = new Map<string, Change>();
  #stop: AbortController | undefined;
  #running: { readonly id: string; readonly ended: Promise<void> } | undefined;
  #count = 0;

  constructor(options: ChangesOptions) {
    this.#options = options;
  }

  get(id: string): Change | undefined {
    return this.#changes.get(id);
  }

  /** The change under way. */
  get running(): Change | undefined {
    return this.#running === undefined ? undefined : this.get(this.#running.id);
  }

  /** Starts it and does not wait for it; undefined when another one is under way. */
  start(
    kind: ChangeKind,
    subject: string,
    work: (reporter: ChangeReporter) => Promise<ChangeResult>,
  ): Change | undefined {
    if (this.#running !== undefined) return undefined;
    this.#count += 1;
    const id = String(this.#count);
    const change: Change = {
      id,
      kind,
      subject,
      startedAtMs: this.#options.nowMs(),
      stopping: false,
      progress: { looked: 0, expected: 0, done: 0 },
      outcomes: [],
    };
    this.#changes.set(id, change);
    for (const old of [...this.#changes.keys()].slice(0, -MAX_CHANGES)) this.#changes.delete(old);
    this.#stop = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, this.#options.signal]);
    this.#running = { id, ended: this.#run(id, signal, work) };
    return change;
  }

  /** Asks the change to stop: every letter ends either moved or in place. */
  stop(id: string): void {
    if (this.#running?.id !== id) return;
    this.#update(id, { stopping: true });
    this.#stop?.abort();
  }

  /** Resolves when nothing is under way. */
  async ended(): Promise<void> {
    await this.#running?.ended;
  }

  async #run(
    id: string,
    signal: AbortSignal,
    work: (reporter: ChangeReporter) => Promise<ChangeResult>,
  ): Promise<void> {
    const reporter: ChangeReporter = {
      signal,
      onProgress: (progress) => this.#update(id, { progress }),
      onOutcome: (outcome) => this.#add(id, outcome),
    };
    try {
      const result = await work(reporter);
      this.#update(id, { result, endedAtMs: this.#options.nowMs() });
    } catch (error) {
      this.#update(id, { error, endedAtMs: this.#options.nowMs() });
    } finally {
      this.#running = undefined;
    }
  }

  #add(id: string, outcome: EventOutcome): void {
    const outcomes = this.get(id)?.outcomes ?? [];
    const line = outcomeLine(outcome);
    if (outcome.outcome === 'failed')
      this.#update(id, { outcomes: [line, ...outcomes].slice(0, MAX_OUTCOMES) });
    else if (outcomes.length < MAX_OUTCOMES) this.#update(id, { outcomes: [...outcomes, line] });
  }

  #update(id: string, fields: Partial<Change>): void {
    const change = this.#changes.get(id);
    if (change !== undefined) this.#changes.set(id, { ...change, ...fields });
  }
}

function outcomeLine({ plan, outcome, error }: EventOutcome): OutcomeLine {
  const { letter, disposition, willRun } = plan;
  return {
    id: letter.eventId ?? letter.messageId,
    eventType: letter.eventType,
    outcome,
    disposition,
    willRun,
    ...(error === undefined ? {} : { error }),
  };
}
