import { barsWithSpread } from './bars.ts';
import { type RunJson, rowsOf } from './bench-run.ts';
import type { Chart } from './render.ts';

const ROW = /^(ingest|consumer), (.+): import$/;

/** Import of each bundle above the empty handler's. */
export function coldStartChart(run: RunJson): Chart | undefined {
  const values = rowsOf(run, 'cold-start').flatMap(({ subject, median, q1, q3 }) => {
    const [, family, name] = ROW.exec(subject) ?? [];
    return family === undefined || name === undefined
      ? []
      : [{ group: family, name, value: median, low: q1, high: q3, isOurs: name.startsWith('ours') }];
  });
  if (values.length === 0) return undefined;
  return {
    name: 'cold-start',
    title: 'Cold start: time until the handler is ready',
    description: `Bars of the import time in milliseconds above that of an empty handler, with quartiles: ${values
      .map(({ group, name, value }) => `${group}, ${name}: ${value.toFixed(0)} ms`)
      .join('; ')}.`,
    spec: barsWithSpread(values, { axis: 'ms above the empty handler (median, quartiles)' }),
  };
}
