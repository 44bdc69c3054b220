import { barsWithSpread } from './bars.ts';
import { type RunJson, rowsOf } from './bench-run.ts';
import type { Chart } from './render.ts';

const FLOOR = 'bare SendMessage';
const ROW = /^([\d.]+ KB), (.+)$/;

/** CPU of each way to take a webhook in, as a multiple of the call that none can do without. */
export function ingestChart(run: RunJson): Chart | undefined {
  const values = rowsOf(run, 'warm-ingest').flatMap(({ subject, median, q1, q3, ratio, against }) => {
    const [, size, name] = ROW.exec(subject) ?? [];
    if (size === undefined || name === undefined || ratio === undefined || against !== FLOOR) return [];
    const floor = median / ratio;
    return [{ group: size, name, value: ratio, low: q1 / floor, high: q3 / floor, isOurs: name === 'ours' }];
  });
  if (values.length === 0) return undefined;
  return {
    name: 'warm-ingest',
    title: 'Ingest: CPU for a webhook, as a multiple of the bare SendMessage',
    description: `Bars of CPU time for each webhook by payload size, divided by that of the bare call: ${values
      .map(({ group, name, value }) => `${group}, ${name}: ${value.toFixed(2)}`)
      .join('; ')}.`,
    spec: barsWithSpread(values, { axis: 'times the bare SendMessage (dashed)', line: 1 }),
  };
}
