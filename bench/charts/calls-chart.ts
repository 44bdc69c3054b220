import { barsWithSpread } from './bars.ts';
import { countsOf, type RunJson } from './bench-run.ts';
import type { Chart } from './render.ts';

const COUNT = /^batch 10, (\d handlers?, \d+ % duplicates): (.+)$/;

/** AWS calls for each event at batches of ten: what DynamoDB's bill is made of. */
export function callsChart(run: RunJson): Chart | undefined {
  const values = countsOf(run, 'warm-consumer').flatMap(({ name: text, value }) => {
    const [, group, name] = COUNT.exec(text) ?? [];
    return group === undefined || name === undefined
      ? []
      : [{ group, name, value, low: value, high: value, isOurs: name === 'ours' }];
  });
  if (values.length === 0) return undefined;
  return {
    name: 'calls-per-event',
    title: 'Consumer: AWS calls for each event, in batches of ten',
    description: `Bars of AWS calls for each event: ${values
      .map(({ group, name, value }) => `${group}, ${name}: ${value}`)
      .join('; ')}.`,
    spec: barsWithSpread(values, { axis: 'AWS calls for each event' }),
  };
}
