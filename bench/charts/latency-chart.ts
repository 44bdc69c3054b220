import { type RunJson, rowsOf } from './bench-run.ts';
import type { Chart } from './render.ts';

const ROW = /^(.+): latency (p\d+)$/;

/** From POST to COMPLETED, on a logarithmic scale: the systems are far apart. */
export function latencyChart(run: RunJson): Chart | undefined {
  const values = rowsOf(run, 'end-to-end').flatMap(({ subject, median, q1, q3 }) => {
    const [, name, percentile] = ROW.exec(subject) ?? [];
    return name === undefined || percentile === undefined
      ? []
      : [{ name, percentile, value: median, low: q1, high: q3 }];
  });
  if (values.length === 0) return undefined;
  const y = { field: 'percentile', type: 'nominal', title: null } as const;
  const yOffset = { field: 'name', type: 'nominal', sort: null } as const;
  const color = { field: 'name', type: 'nominal', sort: null } as const;
  const x = (field: string, title: string | null) => ({
    field,
    type: 'quantitative' as const,
    scale: { type: 'log' as const, nice: true },
    title,
  });
  return {
    name: 'latency',
    title: 'From POST to COMPLETED at a steady pace',
    description: `Points of latency in milliseconds by percentile, on a logarithmic scale: ${values
      .map(({ name, percentile, value }) => `${name}, ${percentile}: ${value.toFixed(1)} ms`)
      .join('; ')}.`,
    spec: {
      data: { values: [...values] },
      width: 460,
      height: { step: 30, for: 'position' },
      layer: [
        {
          mark: { type: 'rule', strokeWidth: 2, opacity: 0.6 },
          encoding: {
            y,
            yOffset,
            color,
            x: x('low', 'ms, logarithmic (median of the rounds, quartiles)'),
            x2: { field: 'high' },
          },
        },
        {
          mark: { type: 'point', filled: true, size: 70, opacity: 1 },
          encoding: { y, yOffset, color, x: x('value', null) },
        },
        {
          mark: { type: 'text', align: 'left', dx: 10, fontSize: 11 },
          encoding: {
            y,
            yOffset,
            x: x('high', null),
            text: { field: 'value', type: 'quantitative', format: '.3~r' },
          },
        },
      ],
    },
  };
}
