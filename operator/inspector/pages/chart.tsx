/** @jsxRuntime automatic */
/** @jsxImportSource hono/jsx */
import { area, curveMonotoneX, line } from 'd3-shape';
import { formatCount } from '../../cli/command-text.ts';
import { formatDuration, formatUtcTime } from '../../cli/format-time.ts';
import type { Counters, Series } from '../../core/counters.ts';

const WIDTH = 640;
const HEIGHT = 132;
const TOP = 10;
const BOTTOM = 112;

/**
 * Accepted and processed events over time, and what was dead-lettered. All is in attributes: the content
 * security policy refuses styles in the page.
 */
export function Chart({ counters }: { readonly counters: Counters }) {
  const { accepted, processed, deadLettered, periodSeconds } = counters;
  const points = accepted.points;
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return <p class="empty">No figures yet.</p>;
  const highest = Math.max(1, ...[accepted, processed, deadLettered].flatMap(valuesOf));
  const x = (index: number) => (index / Math.max(1, points.length - 1)) * WIDTH;
  const y = (value: number) => BOTTOM - (value / highest) * (BOTTOM - TOP);
  const drawLine = line<number>((_, index) => x(index), y).curve(curveMonotoneX);
  const drawArea = area<number>((_, index) => x(index), BOTTOM, y).curve(curveMonotoneX);
  const per = formatDuration(periodSeconds * 1000);
  const windowText = formatDuration(last.atMs - first.atMs);
  return (
    <figure class="chart">
      <figcaption>
        <ul class="legend">
          <Legend name="accepted" label="Accepted" total={accepted.total} />
          <Legend name="processed" label="Processed" total={processed.total} />
          <Legend name="dead" label="Dead-lettered" total={deadLettered.total} />
        </ul>
        <span class="muted">
          per {per}, last {windowText}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Last ${windowText}: ${accepted.total} accepted, ${processed.total} processed, ${deadLettered.total} dead-lettered; at most ${highest} per ${per}.`}
      >
        <line class="grid" x1="0" x2={WIDTH} y1={TOP} y2={TOP} />
        <line class="grid" x1="0" x2={WIDTH} y1={(TOP + BOTTOM) / 2} y2={(TOP + BOTTOM) / 2} />
        <line class="axis" x1="0" x2={WIDTH} y1={BOTTOM} y2={BOTTOM} />
        <path class="area accepted" d={drawArea(valuesOf(accepted)) ?? ''} />
        <path class="line accepted" d={drawLine(valuesOf(accepted)) ?? ''} />
        <path class="line processed" d={drawLine(valuesOf(processed)) ?? ''} />
        <path class="line dead" d={drawLine(valuesOf(deadLettered)) ?? ''} />
      </svg>
      <p class="axis-text" aria-hidden="true">
        <span>{formatUtcTime(first.atMs)} UTC</span>
        <span>highest {formatCount(highest)}</span>
        <span>{formatUtcTime(last.atMs)}</span>
      </p>
    </figure>
  );
}

function Legend({
  name,
  label,
  total,
}: {
  readonly name: string;
  readonly label: string;
  readonly total: number;
}) {
  return (
    <li>
      <svg class="key" viewBox="0 0 18 4" aria-hidden="true">
        <line class={`line ${name}`} x1="0" x2="18" y1="2" y2="2" />
      </svg>
      {label} <strong>{formatCount(total)}</strong>
    </li>
  );
}

const valuesOf = ({ points }: Series) => points.map(({ value }) => value);
