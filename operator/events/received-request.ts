import type { AnswerCode } from '../../lambdas/contract/http.ts';

/** What ingest logs of a request, accepted or not. */
export interface IngestLine {
  readonly at_ms: number;
  /** Of a refused one what it claims to be, where that has the form of an id. */
  readonly event_id?: string;
  readonly event_type?: string;
  readonly customer?: string;
  /** Of refused ones. */
  readonly code?: Exclude<AnswerCode, 'accepted'>;
  readonly reason?: string;
  readonly request_id?: string;
  readonly age_seconds?: number;
}

export const REQUEST_STATUSES = ['accepted', 'running', 'retrying', 'completed', 'dead', 'refused'] as const;
export type RequestStatus = (typeof REQUEST_STATUSES)[number];

export interface ReceivedRequest extends IngestLine {
  /** `refused`, or how far its event has come: `accepted` while the ledger has no record of it. */
  readonly status: RequestStatus;
  readonly http_status: number;
}

export interface RequestsQuery {
  readonly status?: RequestStatus | undefined;
  readonly eventType?: string | undefined;
  /** Forms of one customer's id, by `customerForms`. */
  readonly customers?: readonly string[] | undefined;
  readonly sinceMs: number;
  /** Received before this. */
  readonly beforeMs: number;
  readonly limit: number;
}
