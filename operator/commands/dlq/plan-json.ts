import type { PlannedEvent } from '../../dead-letters/plan.ts';
import type { PlanJson } from './json.ts';

type Plan = Pick<PlannedEvent, 'disposition' | 'willRun' | 'completed' | 'untilMs' | 'note'>;

/** What a redrive does with an event, under the names of `--json`. */
export function planJson({ disposition, willRun, completed, untilMs, note }: Plan): PlanJson {
  return {
    disposition,
    will_run: [...willRun],
    completed: [...completed],
    ...(untilMs === undefined ? {} : { until_ms: untilMs }),
    ...(note === undefined ? {} : { note }),
  };
}
