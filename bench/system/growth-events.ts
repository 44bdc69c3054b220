import type { SQSRecord } from 'aws-lambda';
import { samples } from '../../lambdas/events/samples.ts';
import { sqsRecord } from '../far-end/lambda-events.ts';

export const BATCH_SIZE = 10;

export type GrowthQuestion =
  /** Takes these events through the consumer; `windowEvents` of them are one measurement. */
  | { readonly ask: 'handle'; readonly events: readonly number[]; readonly windowEvents: number }
  | { readonly ask: 'new-ledger'; readonly capacity: number }
  /** Copies a finished record for each of these events, as if they had been handled. */
  | { readonly ask: 'fill'; readonly from: number; readonly to: number }
  | { readonly ask: 'summary' };

/** Processor time of one window in microseconds for each event, and its calls for each event. */
export interface Window {
  readonly consumerUs: number;
  /** Of the stand-in, which is not in `consumerUs`. */
  readonly tableUs: number;
  readonly calls: number;
}

export interface Handled {
  readonly windows: readonly Window[];
  /** In use after a garbage collection. */
  readonly heapBytes: number;
}

export interface GrowthSummary {
  readonly processed: number;
  readonly duplicates: number;
  readonly records: number;
  readonly open: number;
  readonly ledgerBytes: number;
  /** Of the records: copies, not handled. */
  readonly filled: number;
}

/** The same number always makes the same event, so that any can be delivered again. */
export function growthRecord(number: number): SQSRecord {
  const id = `msg_${number.toString(36).padStart(24, '0')}`;
  return sqsRecord({ id, body: JSON.stringify({ ...samples['sync.complete'], run_id: id }) });
}
