import { AnswerCode } from '../../lambdas/contract/http.ts';
import type { LedgerRecord } from '../../lambdas/ledger/record.ts';
import { formatDuration } from '../cli/format-time.ts';
import { FollowEnd } from '../core/follow-event.ts';
import type { WebhookAnswer } from '../core/post-event.ts';
import { type Finding, fail, type Mend, ok, warn } from './finding.ts';

export interface PingFacts {
  readonly eventId: string;
  readonly answer: WebhookAnswer;
  /** Absent when it was not accepted, or not followed. */
  readonly followed?: { readonly end: FollowEnd; readonly record?: LedgerRecord };
  readonly isPaused: boolean;
  readonly timeoutMs: number;
}

export function judgePing({ eventId, answer, followed, isPaused, timeoutMs }: PingFacts): Finding {
  if (answer.status < 200 || answer.status > 299) return refused(answer);
  const accepted = `accepted after ${formatDuration(answer.took_ms)}`;
  const show: Mend = { command: `events show ${eventId}` };
  if (followed === undefined) {
    return isPaused
      ? warn(`${accepted}; it waits, the consumer is paused`, { command: 'resume' })
      : ok(accepted);
  }
  const { end, record } = followed;
  switch (end) {
    case FollowEnd.COMPLETED:
    case FollowEnd.DUPLICATE:
      return ok([accepted, ...times(record)].join(', '));
    case FollowEnd.RETRYING:
      return fail(`${accepted}, then its handler failed; a retry is to come`, show);
    case FollowEnd.DEAD_LETTERED:
    case FollowEnd.PAYLOAD_MISMATCH:
      return fail(`${accepted}, then dead-lettered (${record?.dead_letter_reason ?? end})`, show);
    case FollowEnd.PENDING:
      return record === undefined
        ? fail(`${accepted}, but no consumer has taken it within ${formatDuration(timeoutMs)}`, {
            mend: "a backlog, or the consumer does not start: look at its log and at the alarm's heading ConsumerErrors in docs/runbook.md",
          })
        : fail(`${accepted}, still in work after ${formatDuration(timeoutMs)}`, show);
  }
}

function times(record: LedgerRecord | undefined): readonly string[] {
  if (record === undefined) return [];
  const { received_at_ms: receivedMs, first_attempt_at_ms: firstMs, completed_at_ms: completedMs } = record;
  return [
    ...(firstMs === undefined ? [] : [`first attempt after ${formatDuration(firstMs - receivedMs)}`]),
    ...(completedMs === undefined ? [] : [`COMPLETED after ${formatDuration(completedMs - receivedMs)}`]),
  ];
}

function refused({ status, code }: WebhookAnswer): Finding {
  const text = `answered with ${status}${code === undefined ? '' : ` ${code}`}`;
  const mend = code !== undefined && Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined;
  return fail(text, mend ?? byStatus(status));
}

const BY_CODE: Readonly<Record<string, Mend>> = {
  [AnswerCode.INVALID_SIGNATURE]: {
    mend: 'the function has another secret than the stored one (it takes a new one within 30 s: try again), or a clock is off',
    command: 'secret check',
  },
  [AnswerCode.NOT_CONFIGURED]: {
    mend: 'the function finds no valid secret (it looks again every 30 s)',
    command: 'secret set',
  },
  [AnswerCode.SOURCE_NOT_ALLOWED]: {
    mend: 'this machine is not in allowedSources, as it may well be; use --no-ping here, or send from an allowed address',
  },
  [AnswerCode.UNAVAILABLE]: {
    mend: 'the function cannot reach SQS or Secrets Manager: look at its log, and at the health of AWS',
  },
};

function byStatus(status: number): Mend {
  if (status === 429)
    return {
      mend: 'throttled by the gateway, or by the account’s concurrency: docs/scaling.md, "A flood", or try again',
    };
  if (status === 403 || status === 404) {
    return { mend: 'something else answers at this URL: a proxy, or a stack that was changed by hand' };
  }
  return status >= 500
    ? { mend: "the ingest function fails or does not start: look at its log and at the API's log" }
    : { mend: 'something between here and the function changes requests: a proxy?' };
}
