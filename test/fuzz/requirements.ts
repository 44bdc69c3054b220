import { LAXITIES, REFUSALS } from './disagreements.ts';
import { KIND_NAMES, KINDS } from './kinds/index.ts';
import type { Totals } from './totals.ts';

/** A run of so many cases must have met everything. */
export const CASES_THAT_MEET_ALL = 200_000;
/** A fuzzer whose requests are all refused proves nothing. */
const MIN_ACCEPTED_SHARE = 0.2;

/** What the run should have met and has not: a listed laxity that is gone, a kind that shows one outcome alone. */
export function notMet(totals: Totals): string[] {
  const missing: string[] = [];
  for (const [name, { oracles }] of Object.entries({ ...LAXITIES, ...REFUSALS })) {
    for (const oracle of oracles) {
      if (totals.disagreements[oracle][name] === undefined) missing.push(`disagreement ${name} of ${oracle}`);
    }
  }
  for (const name of KIND_NAMES) {
    const { cases, accepted } = totals.kinds[name] ?? { cases: 0, accepted: 0 };
    if (cases === accepted) missing.push(`a refused request of kind ${name}`);
    if (KINDS[name].meets === 'both' && accepted === 0) missing.push(`an accepted request of kind ${name}`);
  }
  if (!(totals.accepted >= totals.cases * MIN_ACCEPTED_SHARE)) {
    missing.push(`${MIN_ACCEPTED_SHARE * 100} % of the requests accepted`);
  }
  return missing;
}
