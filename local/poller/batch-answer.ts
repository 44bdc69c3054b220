import { isRecord, parseRecord } from '../json.ts';

export type BatchAnswer =
  /** These come back to the queue; every other message is deleted. */
  | { readonly ok: true; readonly failed: ReadonlySet<string> }
  /** The whole batch comes back. */
  | { readonly ok: false; readonly reason: string };

const ALL_DONE: BatchAnswer = { ok: true, failed: new Set() };

/**
 * Reads what a function with `ReportBatchItemFailures` answered.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 */
export function readBatchAnswer(payload: string, messageIds: ReadonlySet<string>): BatchAnswer {
  if (payload === 'null') return ALL_DONE;
  const failures = parseRecord(payload);
  if (failures === undefined) return malformed('the answer is not a JSON object');
  const list = failures['batchItemFailures'] ?? [];
  if (!Array.isArray(list)) return malformed('batchItemFailures is not a list');
  const failed = new Set<string>();
  for (const item of list) {
    const id = isRecord(item) ? item['itemIdentifier'] : undefined;
    if (typeof id !== 'string' || id === '')
      return malformed('an itemIdentifier is missing, empty or not text');
    if (!messageIds.has(id)) return malformed('an itemIdentifier is no message of the batch');
    failed.add(id);
  }
  return { ok: true, failed };
}

function malformed(reason: string): BatchAnswer {
  return { ok: false, reason };
}
