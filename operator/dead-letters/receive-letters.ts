import { type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { inParallel } from '../../lambdas/runtime/in-parallel.ts';
import type { Target } from '../core/target.ts';
import { BATCH_ENTRIES } from './batch-call.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { HeldLetters } from './held-letters.ts';
import { untilAborted } from './in-parallel.ts';
import { readLetter } from './read-letter.ts';

/** Calls in the air at a time, of ten letters each. */
const RECEIVERS = 10;
/**
 * Only a long poll asks all of SQS's servers, so that an empty answer means an empty queue; it waits for that long.
 * The local engine has one place and needs no waiting.
 */
const WAIT_SECONDS = { stack: 1, local: 0 } as const;
/** Polls in a row that bring nothing but letters that were seen: they come back faster than they can be renewed. */
const MAX_STALE_POLLS = 20;
/** After an abort, a poll under way is awaited for that long: cut off, it would hide its letters from everybody. */
const LAST_POLL_MS = 3_000;

export interface ReceiveOptions {
  readonly held: HeldLetters;
  /** SQS's approximate number: with fewer seen, the end is checked twice. */
  readonly expected: number;
  /** No letter is handed over after an abort. */
  readonly signal: AbortSignal;
  /** Not more than this many are wanted. @default all */
  readonly wanted?: number;
  /** Asked before every poll: true ends the receiving, and what is under way is still handed over. */
  readonly isFull?: () => boolean;
  /** Gets each letter once, one at a time. */
  readonly onLetter: (letter: DeadLetter) => void | Promise<void>;
  readonly onBatch: () => void;
}

/**
 * Receives letters, held by `held`, until the queue gives no more or `isFull`.
 *
 * @returns true when the queue gave no more
 * @throws what SQS or `onLetter` threw
 */
export async function receiveLetters(target: Target, options: ReceiveOptions): Promise<boolean> {
  const { signal, isFull = () => false, wanted = Number.POSITIVE_INFINITY } = options;
  const lastPoll = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const whenAborted = () => {
    timer = setTimeout(() => lastPoll.abort(), LAST_POLL_MS);
  };
  signal.addEventListener('abort', whenAborted, { once: true });
  const handing = new HandingOver(options, () => mayGoOn());
  let failed = false;
  let full = false;
  const mayGoOn = () => !failed && !signal.aborted;
  const receivers = Math.min(RECEIVERS, Math.ceil(wanted / BATCH_ENTRIES));

  const receiver = async () => {
    let emptyPolls = 0;
    let stalePolls = 0;
    while (mayGoOn()) {
      if (isFull()) {
        full = true;
        return;
      }
      const calledAtMs = performance.now();
      const messages = await poll(target, options, lastPoll.signal);
      const fresh = await handing.take(messages, calledAtMs);
      stalePolls = messages.length > 0 && fresh === 0 ? stalePolls + 1 : 0;
      // An empty poll says nothing of letters that another receiver found while it waited.
      const isEmpty = messages.length === 0 && calledAtMs >= handing.lastFreshAtMs;
      emptyPolls = isEmpty ? emptyPolls + 1 : 0;
      const enough = options.held.seen < options.expected ? 2 : 1;
      if (emptyPolls >= enough || stalePolls >= MAX_STALE_POLLS) return;
    }
  };

  try {
    await inParallel(Array.from({ length: receivers }), receivers, async () => {
      try {
        await receiver();
      } catch (error) {
        failed = true;
        throw error;
      }
    });
    return !full && !signal.aborted;
  } finally {
    signal.removeEventListener('abort', whenAborted);
    clearTimeout(timer);
  }
}

/** Hands fresh letters over one at a time, whatever the number of receivers. */
class HandingOver {
  readonly #options: ReceiveOptions;
  readonly #mayGoOn: () => boolean;
  #last: Promise<unknown> = Promise.resolve();
  lastFreshAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: ReceiveOptions, mayGoOn: () => boolean) {
    this.#options = options;
    this.#mayGoOn = mayGoOn;
  }

  /** @returns how many of them had not been seen before */
  async take(messages: readonly Message[], calledAtMs: number): Promise<number> {
    const { held, onLetter, onBatch } = this.#options;
    const letters = messages.flatMap((message) => readLetter(message) ?? []);
    // All are held before the first is handed over: whatever happens then, all are put back.
    const fresh = letters.filter(({ messageId, receiptHandle }) =>
      held.add(messageId, receiptHandle, calledAtMs),
    );
    if (fresh.length === 0) return 0;
    this.lastFreshAtMs = performance.now();
    const turn = this.#last.then(async () => {
      for (const letter of fresh) if (this.#mayGoOn()) await onLetter(letter);
      onBatch();
    });
    // The receiver whose turn fails tells it; the others end without a turn of their own.
    this.#last = turn.catch(() => undefined);
    await turn;
    return fresh.length;
  }
}

/** A poll that is given up after an abort brings nothing: what it hid comes back by itself. */
async function poll(
  target: Target,
  { held, wanted = BATCH_ENTRIES }: ReceiveOptions,
  abortSignal: AbortSignal,
): Promise<readonly Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: target.deadLetterQueueUrl,
    MaxNumberOfMessages: Math.min(BATCH_ENTRIES, wanted),
    WaitTimeSeconds: WAIT_SECONDS[target.kind],
    VisibilityTimeout: held.visibilitySeconds,
    MessageAttributeNames: ['All'],
    // The deprecated name beside the new one: some engines know the first only.
    AttributeNames: ['All'],
    MessageSystemAttributeNames: ['All'],
  });
  try {
    const { Messages = [] } = await untilAborted(target.clients.sqs.send(command), abortSignal);
    return Messages;
  } catch (error) {
    if (abortSignal.aborted) return [];
    throw error;
  }
}
