import { inspect } from 'node:util';
import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { processBatch } from '../lambdas/consumer/batch.ts';
import type { ConsumerDependencies } from '../lambdas/consumer/dependencies.ts';
import { createSqsQueue } from '../lambdas/consumer/sqs-queue.ts';
import { MessageAttribute } from '../lambdas/contract/message.ts';
import { eventIdFrom } from '../lambdas/contract/source.ts';
import * as timing from '../lambdas/contract/timing.ts';
import { toQueueMessage } from '../lambdas/ingest/message.ts';
import { DynamoDbLedger } from '../lambdas/ledger/dynamodb-ledger.ts';
import { EventStatus, parseRecord } from '../lambdas/ledger/record.ts';
import type {
  EventRoutes,
  HandlerContext,
  HandlerLogger,
  RegisteredHandler,
} from '../lambdas/router/handler.ts';
import {
  type Attempt,
  type DeadLetter,
  type Duration,
  type EffectFault,
  millisecondsOf,
  type Outcome,
} from './attempt.ts';
import { type DoEffect, Effects, type Invocation, never } from './effects.ts';
import { type Content, type Received, SimulatedQueue } from './queue.ts';
import { contentOf, toRecord } from './sqs-record.ts';
import { MemoryTable } from './table.ts';
import { VirtualClock } from './virtual-clock.ts';

const QUEUE_URL = 'https://sqs.test/main';
const DEAD_LETTER_QUEUE_URL = 'https://sqs.test/dead';
/** V8's words for what a frozen object refuses. */
const REFUSED_CHANGE = /read only property|not extensible|Cannot (?:delete|redefine) property/;

export interface PipelineOptions {
  /** As the stack's. @default 25 */
  readonly handlerTimeoutSeconds?: number;
  /** @default 12 */
  readonly maxAttempts?: number;
  /** What the clock shows at first. @default this machine's time */
  readonly startAt?: Date;
  /** Answers the handlers' `fetch` in the network's place. @default the network does */
  readonly fetch?: (request: Request) => Response | Promise<Response>;
  /** Called when the function dies in the middle of its work: close its connections here. */
  readonly onCrash?: () => void | Promise<void>;
}

/** For handlers that are made for a test. */
export interface Tools {
  readonly effect: DoEffect;
  /** Virtual time, epoch milliseconds. */
  nowMs(): number;
}

export type Router = EventRoutes | ((tools: Tools) => EventRoutes);

interface Armed {
  losesWrites?: true;
  twice?: true;
  late?: true;
  outageUntilMs?: number;
}

interface Running extends Invocation {
  readonly eventId: string;
  readonly losesWrites: boolean;
  readonly attempts: Attempt[];
  /** Handlers and schemas that have not settled. */
  pending: number;
}

const quiet = () => undefined;
const SILENT: HandlerLogger = { debug: quiet, info: quiet, warn: quiet, error: quiet };

/** The production consumer and ledger on a queue and a table in memory, in virtual time. See {@link testPipeline}. */
export class Pipeline {
  readonly #clock: VirtualClock;
  readonly #effects: Effects;
  readonly #routes: EventRoutes;
  readonly #options: PipelineOptions;
  readonly #timeoutMs: number;
  readonly #table = new MemoryTable();
  readonly #dead: SimulatedQueue;
  readonly #main: SimulatedQueue;
  readonly #invocations: Running[] = [];
  readonly #running = new Set<Running>();
  readonly #delivered = new Map<string, Content>();
  #crashing: Promise<void> | undefined;
  #isActive = false;
  #forgetWake = quiet as () => void;
  #fault: { readonly kind: EffectFault; countdown: number } | undefined;
  readonly #armed: Armed = {};
  #held: Content | undefined;

  constructor(router: Router, options: PipelineOptions) {
    const { startAt = new Date(), handlerTimeoutSeconds = timing.DEFAULT_HANDLER_TIMEOUT_SECONDS } = options;
    this.#options = options;
    this.#clock = new VirtualClock(startAt.getTime());
    this.#effects = new Effects(options.fetch);
    this.#routes =
      typeof router === 'function' ? router({ effect: this.effect, nowMs: () => this.nowMs }) : router;
    this.#timeoutMs = (handlerTimeoutSeconds + timing.CLAIM_MARGIN_SECONDS) * 1000 + timing.HANDLER_MARGIN_MS;
    const queue = {
      visibilityMs: 6 * this.#timeoutMs,
      // The oldest first, and the latest receipt alone.
      random: { integer: (from: number) => from, chance: () => false },
      duplicates: () => false,
      ghosts: () => false,
      onExpired: quiet,
      onChange: () => this.#poll(),
    };
    this.#dead = new SimulatedQueue({
      ...queue,
      name: 'dead',
      retentionMs: timing.DEAD_LETTER_RETENTION_SECONDS * 1000,
    });
    this.#main = new SimulatedQueue({
      ...queue,
      name: 'main',
      retentionMs: timing.QUEUE_RETENTION_SECONDS * 1000,
      redrive: { maxReceiveCount: timing.MAX_RECEIVE_COUNT, to: this.#dead },
    });
  }

  /** Virtual time, epoch milliseconds. */
  get nowMs(): number {
    return Math.floor(this.#clock.nowMs);
  }

  /** For what a test's own world does: see {@link DoEffect}. */
  get effect(): DoEffect {
    return this.#effects.effect;
  }

  /** What the next attempt, effect or delivery meets. */
  readonly faults = {
    /** The function dies when the `n`-th effect from now on, counted from 1, has happened. */
    crashAfterEffect: (n: number) => this.faultAt(n, 'crash-after'),
    /** The next effect is not answered before the time of the handlers is up. */
    timeOut: () => this.faultAt(1, 'hang'),
    /** What the attempt's handlers achieved is not recorded: no write to the ledger arrives after them. */
    loseWrite: () => this.#arm({ losesWrites: true }),
    /** The ledger answers nothing from now on. */
    ledgerOutage: (duration: Duration) => this.#arm({ outageUntilMs: this.nowMs + millisecondsOf(duration) }),
    /** SQS delivers the next event's message twice at once. */
    duplicate: () => this.#arm({ twice: true }),
    /** The next event arrives after the one that is delivered after it. */
    reorder: () => this.#arm({ late: true }),
  };

  #arm(fault: Armed): void {
    Object.assign(this.#armed, fault);
  }

  /** What the `n`-th effect from now on meets, counted from 1. */
  faultAt(n: number, kind: EffectFault): void {
    this.#fault = { kind, countdown: n };
  }

  /**
   * Puts an event on the queue as ingest does, and lets its first attempt run to its end.
   *
   * @param event - the body, such as {@link sample} makes
   * @param options.eventId - @default one of its own
   * @param options.source - name of the sender, where it is another than Supaglue
   * @returns its id
   */
  async deliver(
    event: object,
    { eventId, source }: { readonly eventId?: string; readonly source?: string } = {},
  ): Promise<string> {
    const id = eventIdFrom(source, eventId ?? `msg_test_${this.#delivered.size + 1}`);
    const profile = source === undefined ? undefined : this.#routes.sources?.get(source);
    if (source !== undefined && profile === undefined) throw new Error(`the router has no source ${source}`);
    const message = toQueueMessage(
      {
        id,
        timestamp: String(Math.floor(this.nowMs / 1000)),
        body: Buffer.from(JSON.stringify(event)),
        receivedAtMs: this.nowMs,
      },
      source !== undefined && profile !== undefined ? { name: source, ...profile } : undefined,
    );
    if (message === undefined) throw new Error('the event is larger than SQS takes');
    const content = contentOf(message);
    this.#delivered.set(id, content);
    const { twice, late } = this.#armed;
    if (late) {
      delete this.#armed.late;
      this.#held = content;
      return id;
    }
    delete this.#armed.twice;
    await this.#send(content, ...(twice ? [content] : []));
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) await this.#send(held);
    return id;
  }

  /** The same event once more, as Svix sends it when an answer was lost. */
  async redeliver(eventId: string): Promise<void> {
    const content = this.#delivered.get(eventId);
    if (content === undefined) throw new Error(`${eventId} was not delivered`);
    await this.#send(content);
  }

  /** Lets time pass, with all that happens meanwhile. */
  advance(duration: Duration): Promise<void> {
    return this.#run(this.#clock.nowMs + millisecondsOf(duration));
  }

  /** Lets time pass until every event has come to its end. */
  finish(): Promise<void> {
    return this.#run(Number.POSITIVE_INFINITY);
  }

  outcome(eventId: string): Outcome {
    const item = this.#table.item(eventId);
    const record = item === undefined ? undefined : parseRecord(item);
    const own = this.#invocations.filter((each) => each.eventId === eventId);
    const isOn = (queue: SimulatedQueue) =>
      [...queue.messages.values()].some(({ content }) => idOf(content) === eventId);
    const open = record === undefined ? 'QUEUED' : 'RETRYING';
    return {
      status:
        record?.status === EventStatus.COMPLETED
          ? 'COMPLETED'
          : isOn(this.#dead)
            ? 'DEAD-LETTERED'
            : isOn(this.#main)
              ? open
              : 'LOST',
      attempts: own.flatMap(({ attempts }) => attempts),
      effects: own.flatMap(({ effects }) => effects),
      record,
    };
  }

  deadLetters(): readonly DeadLetter[] {
    return [...this.#dead.messages.values()].map(({ content }) => {
      const failure = content.attributes[MessageAttribute.FAILURE];
      return {
        eventId: idOf(content),
        body: content.body,
        failure: failure === undefined ? undefined : JSON.parse(failure),
      };
    });
  }

  /** Sends all dead letters back to the queue, and lets their next attempts run to their end. */
  async redrive(): Promise<void> {
    const letters = [...this.#dead.messages.values()];
    this.#dead.messages.clear();
    await this.#send(
      ...letters.map(({ content }) => {
        const { [MessageAttribute.FAILURE]: _, ...attributes } = content.attributes;
        return { ...content, attributes };
      }),
    );
  }

  async #send(...contents: readonly Content[]): Promise<void> {
    for (const content of contents) this.#main.send(content, this.nowMs);
    await this.#run(this.#clock.nowMs);
  }

  async #run(untilMs: number): Promise<void> {
    if (this.#isActive) throw new Error('an earlier call of this pipeline is not over: await it');
    this.#isActive = true;
    const isOver = () => [...this.#running].every(({ pending }) => pending === 0);
    try {
      await this.#effects.watch.during(() =>
        this.#effects.recordingFetch(async () => {
          do {
            await this.#crashing;
            await this.#effects.watch.untilQuiet(isOver);
          } while (this.#clock.step(this.#running.size > 0 ? Number.POSITIVE_INFINITY : untilMs));
        }),
      );
      if (Number.isFinite(untilMs)) this.#clock.nowMs = Math.max(this.#clock.nowMs, untilMs);
    } finally {
      this.#isActive = false;
    }
  }

  /** Takes what is visible; what is hidden, when it shows. */
  #poll(): void {
    this.#forgetWake();
    this.#forgetWake = this.#clock.after(0, () => {
      for (const received of this.#main.receive(Number.POSITIVE_INFINITY, this.nowMs)) this.#invoke(received);
      const nextMs = this.#main.nextVisibleAtMs();
      if (nextMs === undefined) return;
      this.#forgetWake = this.#clock.after(nextMs - this.nowMs, () => this.#poll());
    });
  }

  /** One message to an invocation: none takes another along. */
  #invoke(received: Received): void {
    const { losesWrites = false } = this.#armed;
    delete this.#armed.losesWrites;
    const invocation: Running = {
      eventId: idOf(received.message.content),
      effects: [],
      attempts: [],
      nextFault: () => {
        if (this.#fault === undefined || --this.#fault.countdown > 0) return undefined;
        const { kind } = this.#fault;
        this.#fault = undefined;
        return kind;
      },
      losesWrites,
      pending: 0,
      dead: false,
      crash: () => {
        end('crashed');
        this.#crashing = Promise.resolve(this.#options.onCrash?.());
      },
    };
    const end = (result: 'crashed' | 'timed-out', isDone = false) => {
      if (invocation.dead) return;
      invocation.dead = true;
      forgetKill();
      for (const attempt of invocation.attempts) if (attempt.result === 'running') attempt.result = result;
      this.#running.delete(invocation);
      if (isDone) this.#main.delete(received.receipt, this.nowMs);
      this.#poll();
    };
    const forgetKill = this.#clock.after(this.#timeoutMs, () => end('timed-out'));
    this.#invocations.push(invocation);
    this.#running.add(invocation);
    const deadlineMs = this.nowMs + this.#timeoutMs;
    processBatch({ Records: [toRecord(received)] }, { deadlineMs }, this.#dependencies(invocation)).then(
      ({ batchItemFailures }) => end('timed-out', batchItemFailures.length === 0),
    );
  }

  #dependencies(invocation: Running): ConsumerDependencies {
    const clock = this.#clock;
    const alive = <T>(work: () => T): Promise<T> =>
      invocation.dead ? never() : new Promise((resolve) => resolve(work()));
    return {
      ledger: new DynamoDbLedger({
        table: {
          updateItem: (input) =>
            alive(() => {
              this.#checkLedger(invocation.losesWrites && invocation.attempts.length > 0);
              return this.#table.update(input);
            }),
          getItem: (input) =>
            alive(() => {
              this.#checkLedger(false);
              return this.#table.get(input);
            }),
        },
        tableName: 'ledger',
        retentionDays: 100,
      }),
      routes: this.#watchedRoutes(invocation),
      queue: createSqsQueue({
        client: this.#sqsClient(invocation, alive),
        queueUrl: QUEUE_URL,
        deadLetterQueueUrl: DEAD_LETTER_QUEUE_URL,
      }),
      policy: {
        maxAttempts: this.#options.maxAttempts ?? timing.DEFAULT_MAX_ATTEMPTS,
        maxReceiveCount: timing.MAX_RECEIVE_COUNT,
        backoffBaseMs: timing.DEFAULT_BACKOFF_BASE_SECONDS * 1000,
        backoffCapMs: timing.DEFAULT_BACKOFF_CAP_SECONDS * 1000,
        queueRetentionMs: timing.QUEUE_RETENTION_SECONDS * 1000,
      },
      clock: {
        nowMs: () => this.nowMs,
        after: (ms, callback) => clock.after(ms, () => (invocation.dead ? undefined : callback())),
        sleep: (ms) => new Promise((resolve) => clock.after(ms, resolve)),
      },
      // The middle of every jitter: the same run each time.
      random: () => 0.5,
      newOwner: () => `invocation-${this.#invocations.length}`,
      metrics: new Proxy({} as ConsumerDependencies['metrics'], { get: () => quiet }),
      logger: SILENT,
    };
  }

  #checkLedger(isLost: boolean): void {
    if (isLost || this.nowMs < (this.#armed.outageUntilMs ?? 0))
      throw Object.assign(new Error('the ledger does not answer'), { name: 'TimeoutError' });
  }

  #sqsClient(invocation: Running, alive: <T>(work: () => T) => Promise<T>): SQSClient {
    const send = (command: unknown) =>
      alive(() => {
        if (command instanceof SendMessageCommand) this.#dead.send(contentOf(command.input), this.nowMs);
        if (!(command instanceof ChangeMessageVisibilityCommand)) return;
        const { ReceiptHandle = '', VisibilityTimeout = 0 } = command.input;
        this.#main.changeVisibility(ReceiptHandle, VisibilityTimeout, this.nowMs);
        for (const attempt of invocation.attempts) {
          if (attempt.result !== 'completed') attempt.delayMs = VisibilityTimeout * 1000;
        }
      });
    // The adapter calls nothing else.
    return { send } as unknown as SQSClient;
  }

  /** The user's routes, with each run of a handler written down. */
  #watchedRoutes(invocation: Running): EventRoutes {
    const routes = this.#routes;
    const settles = async <T>(work: () => T | Promise<T>): Promise<T> => {
      invocation.pending++;
      try {
        return await work();
      } finally {
        invocation.pending--;
      }
    };
    return {
      ...(routes.sources !== undefined && { sources: routes.sources }),
      validate: (eventType, payload) => settles(() => routes.validate(eventType, payload)),
      handlersFor: (eventType) =>
        routes.handlersFor(eventType).map((registered) => ({
          name: registered.name,
          handle: (context) => settles(() => this.#handle(invocation, registered, context)),
        })),
    };
  }

  async #handle(invocation: Running, { name, handle }: RegisteredHandler, context: HandlerContext<unknown>) {
    const attempt: Attempt = {
      handler: name,
      attempt: context.attempt,
      at: new Date(this.nowMs),
      result: 'running',
    };
    invocation.attempts.push(attempt);
    const before = whole(context.event);
    const settle = (result: Attempt['result']) => {
      if (attempt.result === 'running') attempt.result = result;
      if (whole(context.event) !== before) attempt.mutatesEvent = true;
    };
    try {
      await this.#effects.run(invocation, attempt, [context.idempotencyKey, context.eventId], () =>
        handle(context),
      );
      settle('completed');
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      attempt.error = {
        name: error.name,
        message: error.message,
        retryable: !('retryable' in error && error.retryable === false),
      };
      if (thrown instanceof TypeError && REFUSED_CHANGE.test(error.message)) attempt.mutatesEvent = true;
      settle('failed');
      throw thrown;
    }
  }
}

/** Maps and instances of classes included: only plain events are frozen. */
function whole(event: unknown): string {
  const all = Number.POSITIVE_INFINITY;
  return inspect(event, { depth: all, maxArrayLength: all, maxStringLength: all });
}

function idOf({ attributes }: Content): string {
  return attributes[MessageAttribute.SVIX_ID] ?? '-';
}

/**
 * The production consumer and ledger with a router's handlers, on a queue and a table in memory, in virtual time: an
 * hour of retries runs in milliseconds. The clock stands still while a handler has real I/O under way (`fetch`, a
 * query, a timer). Nothing is shared between two pipelines.
 *
 * ```ts
 * const pipeline = testPipeline(router);
 * const eventId = await pipeline.deliver(sample('sync.complete'));
 * await pipeline.advance({ hours: 1 });
 * pipeline.outcome(eventId).status; // 'COMPLETED'
 * ```
 */
export function testPipeline(router: Router, options: PipelineOptions = {}): Pipeline {
  return new Pipeline(router, options);
}
