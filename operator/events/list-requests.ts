import { AnswerCode } from '../../lambdas/contract/http.ts';
import { toAnswer } from '../../lambdas/ingest/answer.ts';
import { groupOf } from '../../lambdas/ingest/routing.ts';
import { EventStatus, type LedgerRecord } from '../../lambdas/ledger/record.ts';
import type { Target } from '../core/target.ts';
import { inChunks } from '../dead-letters/in-parallel.ts';
import { readRecords } from '../dead-letters/read-records.ts';
import { customerIdForms } from '../dead-letters/selection.ts';
import { type IngestLine, loggedLines, MAX_LINES, type RequestsQuery } from './ingest-log.ts';
import { keptLines } from './kept-requests.ts';
import type { RequestStatus } from './request-status.ts';

export interface ReceivedRequest extends IngestLine {
  /** `refused`, or how far its event has come: `accepted` while the ledger has no record of it. */
  readonly status: RequestStatus;
  readonly http_status: number;
}

export interface RequestsPage {
  /** Newest first. */
  readonly requests: readonly ReceivedRequest[];
  /** There may be more that were received before this. */
  readonly olderThanMs?: number | undefined;
}

/** An id as events carry it, as Supaglue stores it, and hashed as SQS takes it. */
export function customerForms(id: string): readonly string[] {
  const forms = customerIdForms(id);
  return [...new Set([...forms, ...forms.map(groupOf)])];
}

/** What was received, newest first, each accepted one with its state from the ledger: a BatchGetItem for each hundred. */
export async function listRequests(
  target: Target,
  query: RequestsQuery,
  signal: AbortSignal,
): Promise<RequestsPage> {
  // States are not in the log: all lines are wanted where they choose.
  const limit = /^(?:refused)?$/.test(query.status ?? '')
    ? Math.min(MAX_LINES, query.limit + 100)
    : MAX_LINES;
  const isLocal = target.kind === 'local';
  const lines = await (isLocal ? keptLines(target, signal) : loggedLines(target, query, limit, signal));
  const requests: ReceivedRequest[] = [];
  for (const chunk of inChunks(
    lines.filter((line) => fits(line, query)),
    100,
  )) {
    const ids = chunk.flatMap(({ code, event_id: id }) => (code === undefined && id !== undefined ? id : []));
    const records = await readRecords(target, [...new Set(ids)], signal);
    for (const line of chunk) {
      const { code = AnswerCode.ACCEPTED, event_id: id = '' } = line;
      const status = code === AnswerCode.ACCEPTED ? statusOf(records.get(id)) : 'refused';
      if (query.status !== undefined && query.status !== status) continue;
      const last = requests.at(-1)?.at_ms ?? 0;
      // What came within one millisecond is not torn apart: the next page begins before it.
      if (requests.length >= query.limit && line.at_ms < last) return { requests, olderThanMs: last };
      requests.push({ ...line, status, http_status: toAnswer(code, '').statusCode ?? 0 });
    }
  }
  return { requests, olderThanMs: isLocal || lines.length < limit ? undefined : lines.at(-1)?.at_ms };
}

function fits({ at_ms, event_type, customer = '', code }: IngestLine, query: RequestsQuery): boolean {
  const { status, eventType, customers, sinceMs, beforeMs } = query;
  return (
    at_ms >= sinceMs &&
    at_ms < beforeMs &&
    (eventType === undefined || event_type === eventType) &&
    (customers === undefined || customers.includes(customer)) &&
    (status === undefined || (status === 'refused') === (code !== undefined))
  );
}

function statusOf(record: LedgerRecord | undefined): RequestStatus {
  if (record === undefined) return 'accepted';
  if (record.status === EventStatus.COMPLETED) return 'completed';
  if (record.status === EventStatus.IN_PROGRESS) return 'running';
  return record.dead_letter_reason === undefined ? 'retrying' : 'dead';
}
