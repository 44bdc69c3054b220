import type { PlannedEvent } from '../../dead-letters/plan.ts';
import type { PlanJson } from './json.ts';

type Plan = Pick<
  PlannedEvent,
  'disposition' | 'willRun' | 'completed' | 'untilMs' | 'note' | 'namesAreGuessed'
>;

/** What a redrive does with an event, under the names of `--json`. */
export function planJson({
  disposition,
  willRun,
  completed,
  untilMs,
  note,
  namesAreGuessed,
}: Plan): PlanJson {
  return {
    disposition,
    will_run: [...willRun],
    completed: [...completed],
    ...(untilMs === undefined ? {} : { until_ms: untilMs }),
    ...(note === undefined ? {} : { note }),
    ...(namesAreGuessed === undefined ? {} : { names_are_guessed: namesAreGuessed }),
  };
}
