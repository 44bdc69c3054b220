import type { BenchCount, BenchRow } from '../benchmark.ts';
import { quartiles } from '../statistics.ts';
import type { Window } from './growth-events.ts';
import { BASE_EVENTS, type Point } from './growth-run.ts';

/** The cost after 10^5 events (and with 10^6 records) against that after 10^3. */
const GOAL = 1.1;

/** A size as the rows name it: `after 10^5 events`, `with 10^6 records`. */
const placeText = ({ size, of }: Pick<Point, 'size' | 'of'>) =>
  `${of === 'events' ? 'after' : 'with'} 10^${Math.round(Math.log10(size))} ${of}`;

export function growthRows(points: readonly Point[]): readonly BenchRow[] {
  const places = [...new Set(points.map(placeText))];
  const base = placeText({ size: BASE_EVENTS, of: 'events' });
  const row = (what: string, place: string, unit: string, valuesOf: (point: Point) => readonly number[]) => {
    const at = (wanted: string) =>
      quartiles(points.filter((point) => placeText(point) === wanted).flatMap(valuesOf));
    const own = at(place);
    return {
      subject: `${what}, ${place}`,
      unit,
      ...own,
      ...(place === base ? {} : { ratio: own.median / at(base).median, against: base }),
    };
  };
  return [
    ...places.map((place) => ({
      ...row('an event', place, 'µs', ({ windows }) => windows.map(consumerUs)),
      ...(place === base ? {} : { goal: GOAL }),
    })),
    ...places.map((place) => row('a duplicate', place, 'µs', ({ duplicates }) => duplicates.map(consumerUs))),
    ...places.map((place) => ({
      ...row('the stand-in for the table', place, 'µs', ({ windows }) =>
        windows.map(({ tableUs }) => tableUs),
      ),
      note: 'not in the rows above',
    })),
    ...places.map((place) =>
      row('heap after a collection', place, 'MB', ({ heapBytes }) => [heapBytes / 1e6]),
    ),
  ];
}

const consumerUs = (window: Window) => window.consumerUs;

/** AWS calls: the same in each window, or something is wrong. */
export function callCounts(points: readonly Point[]): readonly BenchCount[] {
  return [...new Set(points.map(placeText))].flatMap((place) => {
    const at = points.filter((point) => placeText(point) === place);
    return [
      { name: `an event, ${place}`, value: callsOf(at.flatMap(({ windows }) => windows)), unit: 'AWS calls' },
      {
        name: `a duplicate, ${place}`,
        value: callsOf(at.flatMap(({ duplicates }) => duplicates)),
        unit: 'AWS calls',
      },
    ];
  });
}

function callsOf(windows: readonly Window[]): number {
  const [calls = 0, ...others] = new Set(windows.map((window) => window.calls));
  if (others.length > 0) throw new Error(`calls for each event differ: ${[calls, ...others].join(', ')}`);
  return calls;
}
