import type { LocalCloudEvent, LocalCloudObserver } from '../../local/cloud-events.ts';
import { patienceMs } from './slowness.js';

export type EventOf<Type extends LocalCloudEvent['type']> = Extract<LocalCloudEvent, { type: Type }>;

/** What happened in a local cloud, and a way to wait for what is still to happen. */
export interface RecordedEvents {
  readonly observer: LocalCloudObserver;
  readonly all: readonly LocalCloudEvent[];
  of<Type extends LocalCloudEvent['type']>(type: Type): EventOf<Type>[];
  /** Sum of a metric's values so far. */
  metric(name: string): number;
  /** Resolves when `condition` holds, looked at after every event; rejects after `withinMs` (default 10,000), longer on a busy machine. */
  until(condition: () => boolean, withinMs?: number): Promise<void>;
  /** The first event of this type that fits, past or to come; rejects after `withinMs` (default 10,000). */
  next<Type extends LocalCloudEvent['type']>(
    type: Type,
    fits?: (event: EventOf<Type>) => boolean,
    withinMs?: number,
  ): Promise<EventOf<Type>>;
}

export function recordEvents(): RecordedEvents {
  const all: LocalCloudEvent[] = [];
  const waiting = new Set<() => void>();
  const of = <Type extends LocalCloudEvent['type']>(type: Type): EventOf<Type>[] =>
    all.filter((event): event is EventOf<Type> => event.type === type);
  const until = (condition: () => boolean, withinMs = 10_000) =>
    new Promise<void>((resolve, reject) => {
      const check = (): void => {
        if (!condition()) return;
        waiting.delete(check);
        clearTimeout(timer);
        resolve();
      };
      const startedMs = performance.now();
      const giveUp = (): void => {
        const leftMs = patienceMs(withinMs) - (performance.now() - startedMs);
        if (leftMs > 0) {
          timer = setTimeout(giveUp, leftMs);
          return;
        }
        waiting.delete(check);
        reject(
          new Error(`not within ${withinMs} ms; the last events were ${JSON.stringify(all.slice(-20))}`),
        );
      };
      let timer = setTimeout(giveUp, withinMs);
      waiting.add(check);
      check();
    });
  return {
    all,
    of,
    until,
    observer(event) {
      all.push(event);
      for (const check of waiting) check();
    },
    metric: (name) =>
      of('metric')
        .filter((metric) => metric.name === name)
        .flatMap(({ values }) => values)
        .reduce((sum, value) => sum + value, 0),
    async next(type, fits = () => true, withinMs) {
      await until(() => of(type).some(fits), withinMs);
      const found = of(type).find(fits);
      if (found === undefined) throw new Error(`no fitting ${type}`);
      return found;
    },
  };
}
