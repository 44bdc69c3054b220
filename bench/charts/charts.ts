import type { RunJson } from './bench-run.ts';
import { callsChart } from './calls-chart.ts';
import { coldStartChart } from './cold-start-chart.ts';
import { growthChart } from './growth-chart.ts';
import { ingestChart } from './ingest-chart.ts';
import { latencyChart } from './latency-chart.ts';
import type { Chart } from './render.ts';

/** Below which benchmark each chart stands. */
export const CHARTS: readonly {
  readonly benchmark: string;
  /** `undefined`: the run holds nothing of it. */
  readonly draw: (run: RunJson) => Chart | undefined;
}[] = [
  { benchmark: 'cold-start', draw: coldStartChart },
  { benchmark: 'warm-ingest', draw: ingestChart },
  { benchmark: 'warm-consumer', draw: callsChart },
  { benchmark: 'end-to-end', draw: latencyChart },
  { benchmark: 'growth', draw: growthChart },
];
