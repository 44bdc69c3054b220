import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import { type FailureGroup, FailureGroups } from '../../dead-letters/groups.ts';
import type { Look, LookOptions } from '../../dead-letters/look.ts';
import type { Turns } from './turns.ts';

/** Of all letters together: a body may have 1 MiB. */
const MAX_BODY_CHARACTERS = 64 * 1024 * 1024;

export interface SnapshotOptions {
  readonly takeLook: (options: LookOptions) => Promise<Look>;
  readonly turns: Turns;
  readonly nowMs: () => number;
  /** Ends a look under way. */
  readonly signal: AbortSignal;
  /** Between two looks that nobody asked for, in milliseconds. */
  readonly restMs: number;
  readonly maxBodyCharacters?: number;
}

/** What the last look saw, with what is being seen right now. */
export interface SnapshotState {
  /** Oldest first; empty before the first look. Each has its `groupId`; what its body was is in `withoutBody`. */
  readonly letters: readonly DeadLetter[];
  readonly groups: readonly FailureGroup[];
  /** When the look began; absent before the first one. */
  readonly takenAtMs?: number;
  /** Letters that others held meanwhile. */
  readonly hidden: number;
  /** Message ids of letters whose bodies were more than are kept here: they carry an empty one. */
  readonly withoutBody: ReadonlySet<string>;
  /** A look is under way. */
  readonly looking?: { readonly seen: number; readonly expected: number };
  /** Why the last look failed. */
  readonly error?: unknown;
}

const NOTHING: SnapshotState = { letters: [], groups: [], hidden: 0, withoutBody: new Set() };

/**
 * The dead letters as all pages share them. A look at the queue is a receive, so it is never taken on a poll:
 * only when a page needs letters and there has been none yet, when somebody asks for one, when the number of
 * letters has changed, and after a change made here.
 */
export class InspectorSnapshot {
  readonly #options: SnapshotOptions;
  #state: SnapshotState = NOTHING;
  #running: Promise<void> | undefined;
  #endedAtMs = Number.NEGATIVE_INFINITY;
  #depth: number | undefined;
  #depthAtLook: number | undefined;

  constructor(options: SnapshotOptions) {
    this.#options = options;
  }

  get state(): SnapshotState {
    return this.#state;
  }

  /** A letter that was seen, with its payload; undefined when that is not kept. */
  wholeLetter(messageId: string): DeadLetter | undefined {
    if (this.#state.withoutBody.has(messageId)) return undefined;
    return this.#state.letters.find((letter) => letter.messageId === messageId);
  }

  /** Takes the first look, if there has been none; resolves with what is known after `withinMs` at the latest. */
  async need(withinMs: number): Promise<SnapshotState> {
    // One that failed is tried again in time, not by every page that waits for it.
    if (this.#state.takenAtMs === undefined && (this.#running !== undefined || this.#rested())) {
      await withTimeout(this.refresh(), withinMs);
    }
    return this.#state;
  }

  /** Looks again because somebody asks; resolves when it is done, or after `withinMs`. */
  async lookAgain(withinMs: number): Promise<void> {
    await withTimeout(this.refresh(), withinMs);
  }

  /** Resolves when no look is under way. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Looks again; joins the look that is under way. */
  refresh(): Promise<void> {
    this.#running ??= this.#options.turns
      .take(() => this.#look())
      .finally(() => {
        this.#running = undefined;
      });
    return this.#running;
  }

  /** After a change: a look under way has seen the letters of before. */
  async refreshAfterChange(): Promise<void> {
    await this.#running;
    await this.refresh();
  }

  /** Tells the queue's depth: looks again when it is another than at the last look. */
  depthSeen(depth: number): void {
    this.#depth = depth;
    this.#depthAtLook ??= depth;
    if (this.#state.takenAtMs !== undefined && depth !== this.#depthAtLook && this.#rested())
      void this.refresh();
  }

  #rested(): boolean {
    return this.#options.nowMs() - this.#endedAtMs >= this.#options.restMs;
  }

  async #look(): Promise<void> {
    const { takeLook, signal, maxBodyCharacters = MAX_BODY_CHARACTERS } = this.#options;
    const before = this.#state;
    this.#state = { ...before, looking: { seen: 0, expected: this.#depth ?? 0 } };
    this.#depthAtLook = this.#depth;
    const kept = new KeptLetters(maxBodyCharacters);
    try {
      const look = await takeLook({
        signal,
        keep: false,
        onProgress: (seen, expected) => {
          this.#state = { ...this.#state, looking: { seen, expected } };
        },
        onLetter: (letter) => kept.add(letter),
      });
      this.#state = {
        letters: kept.letters.sort((one, other) => one.sentAtMs - other.sentAtMs),
        groups: kept.groups.all(),
        takenAtMs: look.takenAtMs,
        hidden: look.hidden,
        withoutBody: kept.withoutBody,
      };
    } catch (error) {
      const { looking: _, ...seenBefore } = before;
      this.#state = { ...seenBefore, error };
    } finally {
      this.#endedAtMs = this.#options.nowMs();
    }
  }
}

/** What is kept of a look, grouped as it comes: a page that waits is answered between two letters. */
class KeptLetters {
  readonly letters: DeadLetter[] = [];
  readonly groups = new FailureGroups();
  readonly withoutBody = new Set<string>();
  readonly #texts = new Map<string, string>();
  #roomForBodies: number;

  constructor(maxBodyCharacters: number) {
    this.#roomForBodies = maxBodyCharacters;
  }

  add(letter: DeadLetter): void {
    const { body, failure } = letter;
    const groupId = this.groups.add(letter);
    const fits = body.length <= this.#roomForBodies;
    if (fits) this.#roomForBodies -= body.length;
    else this.withoutBody.add(letter.messageId);
    const once = (text: string) => {
      if (!this.#texts.has(text)) this.#texts.set(text, text);
      return this.#texts.get(text) ?? text;
    };
    // The letters of a group have one stack.
    const handlers = failure?.handlers.map((each) =>
      each.stack === undefined ? each : { ...each, stack: once(each.stack) },
    );
    this.letters.push({
      ...letter,
      groupId,
      body: fits ? body : '',
      ...(failure === undefined || handlers === undefined ? {} : { failure: { ...failure, handlers } }),
    });
  }
}

function withTimeout(work: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void work.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
