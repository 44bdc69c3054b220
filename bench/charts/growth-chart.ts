import { type RunJson, rowsOf } from './bench-run.ts';
import type { Chart } from './render.ts';

const ROW = /^(an event|a duplicate), (?:after|with) 10\^(\d) (events|records)$/;

/** CPU of the consumer by what came before: the lines shall be flat. */
export function growthChart(run: RunJson): Chart | undefined {
  const values = rowsOf(run, 'growth').flatMap(({ subject, median, q1, q3 }) => {
    const [, name, exponent] = ROW.exec(subject) ?? [];
    return name === undefined
      ? []
      : [{ name, size: 10 ** Number(exponent), value: median, low: q1, high: q3 }];
  });
  if (values.length === 0) return undefined;
  const x = {
    field: 'size' as const,
    type: 'quantitative' as const,
    scale: { type: 'log' as const },
    axis: { format: '~s', values: [...new Set(values.map(({ size }) => size))] },
    title: 'events handled before; the last: records in the ledger',
  };
  const color = { field: 'name', type: 'nominal', sort: null } as const;
  return {
    name: 'growth',
    title: 'Consumer: CPU for each event, by what came before',
    description: `Lines of CPU microseconds for each event, with quartiles: ${values
      .map(({ name, size, value }) => `${name} after ${size}: ${value.toFixed(0)} µs`)
      .join('; ')}.`,
    spec: {
      data: { values: [...values] },
      width: 460,
      height: 220,
      layer: [
        {
          mark: { type: 'area', opacity: 0.2 },
          encoding: {
            x,
            y: { field: 'low', type: 'quantitative', title: 'µs (median, quartiles)', scale: { zero: true } },
            y2: { field: 'high' },
            color,
          },
        },
        {
          mark: { type: 'line', point: true },
          encoding: { x, y: { field: 'value', type: 'quantitative' }, color },
        },
      ],
    },
  };
}
