import { type ConsumerSource, findConsumerSource } from '../../core/consumer-source.ts';
import { type Counters, readCounters, readOldestMessageAgeSeconds } from '../../core/counters.ts';
import type { TableCount } from '../../core/database.ts';
import { toCommandError } from '../../core/error-line.ts';
import { type QueueDepth, readQueueDepth } from '../../core/queue-depth.ts';
import type { Target } from '../../core/target.ts';
import { Cached } from './cached.ts';

/** How often an open page asks, and how long what it reads is kept for all pages. */
export interface Rhythm {
  /** Between two polls of an open page. */
  readonly pollMs: number;
  /** Counters are kept this long: CloudWatch's change once a minute, and each read of them costs. */
  readonly countersMs: number;
  /** Between two looks at the dead-letter queue that nobody asked for. */
  readonly lookRestMs: number;
  /** What the totals of the counters are over. */
  readonly totalsMs: number;
  readonly chart: { readonly windowMs: number; readonly periodSeconds: number };
}

/** Counting reads every row: not with each poll. */
const TABLES_MS = 5_000;
const HOUR_MS = 3_600_000;

export const RHYTHMS: Readonly<Record<Target['kind'], Rhythm>> = {
  local: {
    pollMs: 2_000,
    countersMs: 1_000,
    lookRestMs: 1_000,
    totalsMs: HOUR_MS,
    chart: { windowMs: 5 * 60_000, periodSeconds: 5 },
  },
  stack: {
    pollMs: 15_000,
    countersMs: 60_000,
    lookRestMs: 60_000,
    totalsMs: 3 * HOUR_MS,
    chart: { windowMs: 3 * HOUR_MS, periodSeconds: 300 },
  },
};

/** What was read, or why it could not be. */
export type Reading<Value> = { readonly value: Value } | { readonly problem: string };

export interface Overview {
  readonly queue: Reading<QueueDepth>;
  readonly deadLetters: Reading<QueueDepth>;
  /** Age of the oldest message that waits, in seconds; undefined when nothing is known of it. */
  readonly oldestSeconds: Reading<number | undefined>;
  /** Over `Rhythm.totalsMs`. */
  readonly totals: Reading<Counters>;
  /** Over `Rhythm.chart`. */
  readonly chart: Reading<Counters>;
  readonly consumer: Reading<ConsumerSource>;
  /** Absent where there is no database to look into. */
  readonly tables?: Reading<readonly TableCount[]>;
}

export interface ReadingsOptions {
  readonly target: Target;
  readonly rhythm: Rhythm;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

/** The figures of the overview. None is a receive; what one service refuses leaves the others readable. */
export class Readings {
  readonly #queue: Cached<Reading<QueueDepth>>;
  readonly #deadLetters: Cached<Reading<QueueDepth>>;
  readonly #oldestSeconds: Cached<Reading<number | undefined>>;
  readonly #totals: Cached<Reading<Counters>>;
  readonly #chart: Cached<Reading<Counters>>;
  readonly #consumer: Cached<Reading<ConsumerSource>>;
  readonly #tables: Cached<Reading<readonly TableCount[]>> | undefined;

  constructor({ target, rhythm, nowMs, signal }: ReadingsOptions) {
    const cached = <Value>(forMs: number, read: () => Promise<Value>) =>
      new Cached(() => reading(read, target), forMs, nowMs);
    const counters = (windowMs: number, periodSeconds: number) =>
      cached(rhythm.countersMs, () =>
        readCounters(target, { sinceMs: nowMs() - windowMs, periodSeconds, nowMs: nowMs(), signal }),
      );
    const { chart, totalsMs, pollMs, countersMs } = rhythm;
    // Somewhat shorter than a poll, so that each poll of one page reads anew.
    const depthMs = pollMs / 4;
    this.#queue = cached(depthMs, () => readQueueDepth(target, target.queueUrl, signal));
    this.#deadLetters = cached(depthMs, () => readQueueDepth(target, target.deadLetterQueueUrl, signal));
    this.#oldestSeconds = cached(countersMs, () =>
      readOldestMessageAgeSeconds(target, 'queue', { nowMs: nowMs(), signal }),
    );
    this.#chart = counters(chart.windowMs, chart.periodSeconds);
    this.#totals = chart.windowMs === totalsMs ? this.#chart : counters(totalsMs, 60);
    this.#consumer = cached(countersMs, () => findConsumerSource(target, signal));
    const { database } = target;
    this.#tables =
      database === undefined
        ? undefined
        : cached(TABLES_MS, async () => {
            // `pg` is loaded where there is a database alone.
            const { countTables } = await import('../../core/database.ts');
            return countTables(database, signal);
          });
  }

  async overview(): Promise<Overview> {
    const [queue, deadLetters, oldestSeconds, totals, chart, consumer, tables] = await Promise.all([
      this.#queue.get(),
      this.#deadLetters.get(),
      this.#oldestSeconds.get(),
      this.#totals.get(),
      this.#chart.get(),
      this.#consumer.get(),
      this.#tables?.get(),
    ]);
    const rest = tables === undefined ? {} : { tables };
    return { queue, deadLetters, oldestSeconds, totals, chart, consumer, ...rest };
  }

  /** Letters on the dead-letter queue, held ones too; undefined when it cannot be read. */
  async deadLetterDepth(): Promise<number | undefined> {
    const depth = await this.#deadLetters.get();
    return 'value' in depth ? depth.value.visible + depth.value.hidden : undefined;
  }
}

async function reading<Value>(read: () => Promise<Value>, target: Target): Promise<Reading<Value>> {
  try {
    return { value: await read() };
  } catch (error) {
    return { problem: toCommandError(error, { target: target.kind }).message };
  }
}
