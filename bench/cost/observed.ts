import { readFile } from 'node:fs/promises';
import type { StackFacts } from './stack-facts.ts';

/** Calls to AWS by their names. */
export type Calls = Readonly<Record<string, number>>;

/** What a run of the deployed bundles showed of one event; `observed.json` keeps it, and a test repeats the run. */
export interface Observed extends Omit<StackFacts, 'accessLogFormat'> {
  /** What ingest calls for one accepted webhook, and the consumer for one event and for a duplicate. */
  readonly calls: { readonly ingest: Calls; readonly consumer: Calls; readonly duplicate: Calls };
  /** Of the lines that an accepted event leaves in CloudWatch Logs, without the line's end. */
  readonly lineBytes: {
    readonly access: number;
    readonly ingestMetrics: number;
    /** By batch size. */
    readonly consumerMetrics: Readonly<Record<'1' | '5' | '10', number>>;
  };
  /** The ledger's record of a completed event. */
  readonly itemBytes: number;
  /** Attributes of the queue's message, beside the body. */
  readonly messageAttributeBytes: number;
  /** Metrics with their dimensions that accepted events write. */
  readonly customMetrics: number;
  readonly ledgerRetentionDays: number;
}

export const OBSERVED_FILE = new URL('observed.json', import.meta.url);

/** Written by `npm run cost -- --observe`. */
export async function readObserved(): Promise<Observed> {
  return JSON.parse(await readFile(OBSERVED_FILE, 'utf8'));
}
