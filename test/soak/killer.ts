import { MessageAttribute } from '../../lambdas/contract/message.ts';
import type { LocalCloud, LocalCloudEvent, LocalFunction } from '../../local/cloud.ts';
import type { Random } from '../simulation/random.ts';
import type { FaultLog } from './fault-log.ts';

export interface KillerOptions {
  readonly random: Random;
  /** Time between two kills on average, in milliseconds. */
  readonly everyMs: number;
  readonly log: FaultLog;
}

/** Most kills meet the consumer: it has more to lose. */
const CONSUMER_SHARE = 0.7;
/** How far into an invocation a kill comes, at most: a batch of the consumer takes longer than one request. */
const CONSUMER_DEPTH_MS = 250;
const INGEST_DEPTH_MS = 12;
/** A worker that is only being started is looked at again after this. */
const LOADING_LOOK_MS = 20;

/** Kills a worker in the middle of an invocation, every few seconds, as running out of memory would. */
export class Killer {
  readonly #options: KillerOptions;
  #functions: LocalCloud['functions'] | undefined;
  #victim: LocalFunction | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** The invocation that is to be killed, until it has ended. */
  #condemned: string | undefined;

  constructor(options: KillerOptions) {
    this.#options = options;
  }

  start(functions: LocalCloud['functions']): void {
    this.#functions = functions;
    this.#wait();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#functions = undefined;
    this.#victim = undefined;
  }

  /** Sees what happens in the cloud: the start of an invocation to kill, and whose attempts ended with a worker. */
  observe(event: LocalCloudEvent): void {
    if (event.type === 'invocation-started') this.#strike(event.functionName, event.requestId);
    if (event.type === 'invocation-ended' && event.requestId === this.#condemned) this.#condemned = undefined;
    if (event.type !== 'batch-settled') return;
    if (event.result !== 'crash' && event.result !== 'timeout') return;
    const kind = event.result === 'crash' ? 'worker killed' : 'function timed out';
    if (kind === 'function timed out') this.#options.log.count(kind);
    const eventIds = event.records.flatMap(({ attributes }) => attributes[MessageAttribute.SVIX_ID] ?? []);
    this.#options.log.add({ kind, atMs: Date.now() }, eventIds);
  }

  #wait(): void {
    const { random, everyMs } = this.#options;
    this.#timer = setTimeout(() => this.#arm(), everyMs * random.between(0.5, 1.5));
  }

  #arm(): void {
    const { ingest, consumer } = this.#functions ?? {};
    this.#victim = this.#options.random.chance(CONSUMER_SHARE) ? consumer : ingest;
  }

  #strike(functionName: string, requestId: string): void {
    const victim = this.#victim;
    if (victim === undefined || victim.name !== functionName) return;
    this.#victim = undefined;
    this.#condemned = requestId;
    const deepest = victim === this.#functions?.consumer ? CONSUMER_DEPTH_MS : INGEST_DEPTH_MS;
    this.#timer = setTimeout(() => this.#kill(victim, requestId), this.#options.random.between(0, deepest));
  }

  async #kill(victim: LocalFunction, requestId: string): Promise<void> {
    const isRunning = this.#condemned === requestId;
    const killed = isRunning && (await victim.crash(requestId));
    if (killed) this.#options.log.count('worker killed');
    if (this.#functions === undefined) return;
    // It had answered already: the next invocation of the same function is tried. Its code may be loading still.
    if (killed) this.#wait();
    else if (isRunning) this.#timer = setTimeout(() => this.#kill(victim, requestId), LOADING_LOOK_MS);
    else this.#victim = victim;
  }
}
