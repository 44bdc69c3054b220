import { type CostInputs, costOf } from '../cost/cost-model.ts';
import { GOAL_USD_PER_MILLION, GOAL_WORKLOAD } from '../cost/cost-report.ts';
import { HOSTED_ALTERNATIVES, PRICES, PRICES_DATE, PRICES_REGION } from '../cost/prices.ts';
import { sensitivities } from '../cost/sensitivities.ts';
import { table } from './performance-doc.ts';

const usd = (amount: number) => `$${amount.toFixed(2)}`;

/** The bill of a million events, with the processor time of the same run. */
export function costMarkdown(inputs: CostInputs): string {
  const cost = costOf(GOAL_WORKLOAD, inputs);
  const goal = GOAL_USD_PER_MILLION['http-api'];
  const verdict = cost.usdPerMillion <= goal ? 'met' : '**missed**';
  return [
    '### cost',
    `${usd(cost.usdPerMillion)} for a million events in batches of 10 (goal: at most ${usd(goal)}, ${verdict}), before anything that is free; list prices of ${PRICES_DATE}, ${PRICES_REGION}. ${HOSTED_ALTERNATIVES.map(({ name, usdPerMillion }) => `${name}: ${usd(usdPerMillion)}`).join('; ')}. \`npm run cost -- --events-per-month 1000000\` shows the bill of a month with what is fixed and what is free.`,
    table(
      ['line', 'a million events'],
      cost.variable.map(({ what, perEvent, price }) => [what, usd(perEvent * PRICES[price].usd * 1_000_000)]),
    ),
    table(
      ['changed alone', 'a million events'],
      sensitivities(GOAL_WORKLOAD, inputs, cost).map(({ what, usdPerMillion }) => [what, usd(usdPerMillion)]),
    ),
  ].join('\n\n');
}
