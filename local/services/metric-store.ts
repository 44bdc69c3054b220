import type { MetricPublished } from '../cloud-events.ts';

/** What was published under one name and set of dimensions within one second. */
export interface MetricSummary {
  readonly sum: number;
  readonly count: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** One metric, as CloudWatch tells them apart. */
export type MetricIdentity = Pick<MetricPublished, 'namespace' | 'name' | 'dimensions'>;

export interface MetricPoint extends MetricSummary {
  /** Start of the second, epoch seconds. */
  readonly atSeconds: number;
}

/** CloudWatch keeps points of a second for three hours too. */
const KEPT_SECONDS = 3 * 60 * 60;
/** Far more than the functions have; a handler that puts an id into a dimension must not fill the memory. */
const MAX_SERIES = 500;

/** The functions' metrics of the last three hours by the second, in memory. */
export class MetricStore {
  readonly #series = new Map<string, Map<number, MetricSummary>>();

  /** A metric under new dimensions is dropped once there are too many. */
  record(metric: MetricPublished, nowMs: number): void {
    const key = keyOf(metric);
    const series = this.#series.get(key) ?? new Map<number, MetricSummary>();
    if (!this.#series.has(key)) {
      if (this.#series.size >= MAX_SERIES) return;
      this.#series.set(key, series);
    }
    const atSeconds = Math.floor(nowMs / 1000);
    for (const value of metric.values) series.set(atSeconds, added(series.get(atSeconds), value));
    // Seconds come in their order, so the oldest are the first.
    for (const oldest of series.keys()) {
      if (oldest >= atSeconds - KEPT_SECONDS) break;
      series.delete(oldest);
    }
  }

  /** Points from `fromSeconds` to before `untilSeconds`, oldest first; none for a metric that was never published. */
  points(metric: MetricIdentity, fromSeconds: number, untilSeconds: number): MetricPoint[] {
    return [...(this.#series.get(keyOf(metric)) ?? [])]
      .filter(([atSeconds]) => atSeconds >= fromSeconds && atSeconds < untilSeconds)
      .map(([atSeconds, summary]) => ({ atSeconds, ...summary }));
  }
}

function keyOf({ namespace, name, dimensions }: MetricIdentity): string {
  return JSON.stringify([namespace, name, Object.entries(dimensions).sort()]);
}

function added(summary: MetricSummary | undefined, value: number): MetricSummary {
  if (summary === undefined) return { sum: value, count: 1, minimum: value, maximum: value };
  return {
    sum: summary.sum + value,
    count: summary.count + 1,
    minimum: Math.min(summary.minimum, value),
    maximum: Math.max(summary.maximum, value),
  };
}
