import type { LedgerRecord } from '../../lambdas/ledger/record.ts';

/** Times count from here. */
export const RECEIVED_AT_MS = Date.UTC(2026, 10, 23, 12, 0, 0);

export function record(fields: Partial<LedgerRecord>): LedgerRecord {
  return {
    event_id: 'msg_1',
    status: 'IN_PROGRESS',
    attempts: 1,
    attempts_total: 1,
    handlers: {},
    failures: [],
    body_sha256: 'a'.repeat(64),
    event_type: 'sync.complete',
    received_at_ms: RECEIVED_AT_MS,
    first_attempt_at_ms: RECEIVED_AT_MS + 10,
    updated_at_ms: RECEIVED_AT_MS + 10,
    expires_at: RECEIVED_AT_MS / 1000 + 100 * 86_400,
    ...fields,
  };
}

export const failure = {
  attempt: 1,
  at_ms: RECEIVED_AT_MS + 20,
  handler: 'backfill',
  error: 'TypeError',
  message: 'no such customer',
  retryable: true,
  stack: 'at backfill (app/handlers/backfill.ts:3:9)\nat async run (lambdas/consumer/run-handlers.ts:1:1)',
};
