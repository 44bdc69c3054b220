import type { Chart } from './render.ts';
import { SERIES_COLOURS } from './render.ts';

export interface Bar {
  /** Bars of one group stand below its heading. */
  readonly group: string;
  readonly name: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly isOurs: boolean;
}

export interface BarsOptions {
  readonly axis: string;
  /** A line through all groups, such as the floor. */
  readonly line?: number;
}

/** Horizontal bars in groups, with a whisker from quartile to quartile and the figure behind it. */
export function barsWithSpread(values: readonly Bar[], { axis, line }: BarsOptions): Chart['spec'] {
  const [ours, other] = SERIES_COLOURS;
  const y = { field: 'name', type: 'nominal', sort: null, title: null, axis: { labelLimit: 400 } } as const;
  return {
    data: { values: [...values] },
    facet: {
      row: {
        field: 'group',
        type: 'nominal',
        title: null,
        sort: [...new Set(values.map((each) => each.group))],
      },
    },
    resolve: { scale: { y: 'independent' } },
    spec: {
      width: 420,
      height: { step: 22 },
      layer: [
        {
          mark: { type: 'bar', height: { band: 0.7 } },
          encoding: {
            y,
            x: { field: 'value', type: 'quantitative', title: axis },
            color: { condition: { test: 'datum.isOurs', value: ours ?? '' }, value: other ?? '' },
          },
        },
        {
          mark: { type: 'rule', strokeWidth: 2, opacity: 0.7, color: '#57606a' },
          encoding: { y, x: { field: 'low', type: 'quantitative' }, x2: { field: 'high' } },
        },
        {
          mark: { type: 'text', align: 'left', dx: 6, fontSize: 11 },
          encoding: {
            y,
            x: { field: 'high', type: 'quantitative' },
            text: { field: 'value', type: 'quantitative', format: '.3~r' },
          },
        },
        ...(line === undefined
          ? []
          : [
              {
                mark: { type: 'rule' as const, strokeDash: [4, 3], color: '#8a8f98' },
                encoding: { x: { datum: line } },
              },
            ]),
      ],
    },
  };
}
