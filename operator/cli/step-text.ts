import type { LedgerRecord, RecordedFailure } from '../../lambdas/ledger/record.ts';
import { safeText } from '../../local/safe-text.ts';
import type { EventStep } from '../core/event-steps.ts';
import { formatDuration, formatUtcTime } from './format-time.ts';

export function stepText(step: EventStep, record: LedgerRecord, nowMs: number): string {
  switch (step.step) {
    case 'attempt-running':
      return `attempt ${step.attempt} runs`;
    case 'attempt-failed':
      return `attempt ${step.attempt} failed${step.handler === undefined ? '' : ` in ${step.handler}`}: ${failureText(step)}`;
    case 'handler-completed':
      return `handler ${step.handler} completed`;
    case 'retry-scheduled':
      return `FAILED, next attempt in ${formatDuration(Math.max(0, step.at_ms - nowMs))} (${formatUtcTime(step.at_ms)} UTC)`;
    case 'dead-lettered':
      return `DEAD-LETTERED (${step.reason})`;
    case 'completed':
      return completedText(step.at_ms, record);
  }
}

function completedText(completedAtMs: number, record: LedgerRecord): string {
  const took = `${formatDuration(completedAtMs - record.received_at_ms)} after it was received`;
  const unhandled = Object.keys(record.handlers).length === 0;
  return unhandled
    ? `COMPLETED ${took}: no handler is registered for ${safeText(record.event_type)}`
    : `COMPLETED ${took}`;
}

type Failed = Pick<RecordedFailure, 'error' | 'message' | 'code' | 'retryable'>;

export function failureText({ error, message, code, retryable }: Failed): string {
  const kind = [...(code === undefined ? [] : [`code ${code}`]), retryable ? 'retryable' : 'permanent'];
  return safeText(`${error}: ${message} (${kind.join(', ')})`, 600);
}
