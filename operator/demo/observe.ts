import { EventStatus, type LedgerRecord } from '../../lambdas/ledger/record.ts';
import { isDeadLettered } from '../core/event-steps.ts';
import type { DeadLetter } from '../dead-letters/dead-letter.ts';
import type { Delivered } from './deliver.ts';
import { type DemoEnding, differences } from './scenario.ts';

/** One row of the demo's result; what `--json` prints. */
export type DemoRow = ReturnType<typeof observe>;

/**
 * @param record - read once the queue was empty, so after a second delivery too
 * @param letters - what the dead-letter queue holds of this event
 */
export function observe(
  delivered: Delivered,
  record: LedgerRecord | undefined,
  letters: readonly Pick<DeadLetter, 'failure'>[],
) {
  const { scenario, secondAnswer, answer } = delivered;
  const failure = letters[0]?.failure;
  const error = failure?.handlers[0]?.error;
  const observed: DemoEnding = {
    status: answer.status,
    code: answer.code ?? '',
    end: endOf(answer.status, record, letters.length),
    recorded: record !== undefined,
    intact: record?.body_sha256 === delivered.bodySha256,
    attempts: record?.attempts_total ?? 0,
    dead_letters: letters.length,
    ...(failure === undefined ? {} : { reason: failure.reason }),
    ...(error === undefined ? {} : { error }),
    ...(secondAnswer === undefined
      ? {}
      : {
          duplicate_status: secondAnswer.status,
          // Every write to a record moves this.
          duplicate_ignored: record !== undefined && record.updated_at_ms === delivered.record?.updated_at_ms,
        }),
  };
  const different = differences(scenario.promised, observed);
  return {
    scenario: scenario.name,
    event_id: delivered.eventId,
    bytes: delivered.bytes,
    /** In a few words: handlers, attempts or reason. */
    way: wayOf(observed, record),
    observed,
    promised: scenario.promised,
    /** Whether the ending is the promised one. */
    kept: different.length === 0,
    differences: different,
    /** What the dead letter says; null when there is none. */
    failure: failure ?? null,
    took_ms: delivered.tookMs,
  };
}

function endOf(status: number, record: LedgerRecord | undefined, letters: number): DemoEnding['end'] {
  if (status !== 200) return 'REFUSED';
  if (record?.status === EventStatus.COMPLETED) return 'COMPLETED';
  return letters > 0 && record !== undefined && isDeadLettered(record) ? 'DEAD-LETTERED' : 'NOT ENDED';
}

function wayOf(observed: DemoEnding, record: LedgerRecord | undefined): string {
  if (observed.end === 'REFUSED') return 'not queued';
  if (observed.reason !== undefined) return observed.reason;
  if (observed.duplicate_ignored === true) return 'run once';
  if (observed.attempts > 1) return `${observed.attempts} attempts`;
  const handlers = Object.keys(record?.handlers ?? {}).length;
  if (handlers === 0) return 'no handler';
  return handlers === 1 ? '1 handler' : `${handlers} handlers`;
}
