import { type Cost, type CostInputs, costOf, type Workload } from './cost-model.ts';
import { startMs } from './durations.ts';

/** One thing changed, all else as it was asked for. */
export interface Sensitivity {
  readonly what: string;
  readonly usdPerMillion: number;
  /** US dollars for a million events more than as asked for; negative: less. */
  readonly difference: number;
}

const KB = 1024;
const CHANGES: readonly {
  readonly what: string;
  readonly change: Partial<Workload>;
  readonly memoryMb?: number;
}[] = [
  { what: 'batches of 1', change: { batchSize: 1 } },
  { what: 'batches of 5', change: { batchSize: 5 } },
  { what: 'batches of 10', change: { batchSize: 10 } },
  { what: 'payload of 0.5 KB', change: { payloadBytes: 0.5 * KB } },
  { what: 'payload of 5 KB', change: { payloadBytes: 5 * KB } },
  { what: 'payload of 64 KB: over one SQS unit', change: { payloadBytes: 64 * KB } },
  { what: 'payload of 350 KB: the most Svix sends', change: { payloadBytes: 350 * KB } },
  { what: 'system log level INFO instead of WARN', change: { logging: 'platform-info' } },
  { what: 'without the access log', change: { logging: 'no-access-log' } },
  { what: '10 % of the webhooks sent twice', change: { duplicateShare: 0.1 } },
  { what: 'reconciling every 30 minutes', change: { reconciling: { minutes: 30, customers: 100 } } },
  { what: 'a function URL in place of the HTTP API', change: { endpoint: 'function-url' } },
  ...[256, 512, 1_024, 1_769].map((memoryMb) => ({
    what: `functions of ${memoryMb} MB, which start in ${Math.round(startMs(memoryMb))} ms`,
    change: {},
    memoryMb,
  })),
];

export function sensitivities(workload: Workload, inputs: CostInputs, asked: Cost): readonly Sensitivity[] {
  return CHANGES.map(({ what, change, memoryMb = inputs.observed.memoryMb }) => {
    const observed = { ...inputs.observed, memoryMb };
    const { usdPerMillion } = costOf({ ...workload, ...change }, { ...inputs, observed });
    return { what, usdPerMillion, difference: usdPerMillion - asked.usdPerMillion };
  });
}
