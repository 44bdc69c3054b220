import type { LedgerRecord } from '../../../lambdas/ledger/record.ts';
import { safeText } from '../../../local/safe-text.ts';
import { formatDuration } from '../../cli/format-time.ts';
import { stepText } from '../../cli/step-text.ts';
import type { Colour } from '../../cli/terminal.ts';
import { wrapText } from '../../cli/wrap-text.ts';
import type { WebhookAnswer } from '../../core/post-event.ts';
import type { Target } from '../../core/target.ts';
import { isDone, SendEnd, type SendReport, type TimedStep } from './send-event.ts';

const INDENT = ' '.repeat(11);
/** Of 80, after the time. */
const WHAT_COLUMNS = 80 - INDENT.length;

/** Within 80 columns, under the first line's text; a command to copy is never broken. */
function indented(text: string, command?: string): string {
  return [...wrapText(text, WHAT_COLUMNS), ...(command === undefined ? [] : [command])].join(`\n${INDENT}`);
}

/** `   21 ms  200 accepted`: when this machine saw it, and what. */
export function stepLine(step: TimedStep, record: LedgerRecord | undefined, nowMs: number): string {
  return `${formatDuration(step.seen_after_ms).padStart(9)}  ${indented(describe(step, record, nowMs))}`;
}

export function stepColour({ step }: TimedStep): Colour | undefined {
  if (step === 'completed' || step === 'duplicate-recognised') return 'green';
  if (step === 'dead-lettered' || step === 'duplicate-not-seen') return 'red';
  return step === 'attempt-failed' || step === 'retry-scheduled' ? 'yellow' : undefined;
}

function describe(step: TimedStep, record: LedgerRecord | undefined, nowMs: number): string {
  switch (step.step) {
    case 'answered':
      return answerText(step.answer);
    case 'queued':
      return 'queued';
    case 'duplicate-answered':
      return `sent again with the same svix-id: ${answerText(step.answer)}`;
    case 'duplicate-recognised':
      return 'duplicate recognised: acknowledged, and no handler ran again';
    case 'duplicate-not-seen':
      return DUPLICATE_NOT_SEEN[step.why];
    default:
      return record === undefined ? step.step : stepText(step, record, nowMs);
  }
}

const DUPLICATE_NOT_SEEN = {
  'still-queued': 'the queue has not emptied in time: whether the duplicate was recognised is not known yet',
  'ran-again': 'the duplicate was NOT recognised: the record has changed',
  'first-not-completed': 'not sent again: the event is not COMPLETED, a second delivery would be a retry',
} as const;

function answerText({ status, code, message }: WebhookAnswer): string {
  if (status === 200) return '200 accepted';
  const detail = [code, message].filter((part) => part !== undefined).join(': ');
  return safeText(detail === '' ? String(status) : `${status} ${detail}`);
}

/** What follows from an end that the steps do not say by themselves; undefined when nothing does. */
export function endText(report: SendReport, { flag, kind }: Target): string | undefined {
  const show = `npx supaglue-webhooks events show ${report.event_id} ${flag}`;
  const told = (text: string, command?: string) => INDENT + indented(text, command);
  switch (report.end) {
    case SendEnd.REFUSED:
      return told(refusedText(report));
    case SendEnd.DUPLICATE:
      return told('COMPLETED before it was sent: a duplicate, no handler runs again');
    case SendEnd.PAYLOAD_MISMATCH:
      return told(
        'another body is recorded under this svix-id: the consumer dead-letters this one (payload-mismatch)',
      );
    case SendEnd.RETRYING:
      return told('its next attempt comes after --timeout; look again with:', show);
    case SendEnd.PENDING:
      return report.record === null
        ? told(
            `queued, and no consumer has taken it yet: see ${kind === 'local' ? 'what `npm start` prints' : 'the queue and the consumer’s log'}, or look with:`,
            show,
          )
        : told('still in work; look again with:', show);
    case SendEnd.DEAD_LETTERED:
      return told('the reason, handler by handler:', show);
    default:
      return undefined;
  }
}

function refusedText(report: SendReport): string {
  if (report.tampered === null) return 'refused: nothing was queued';
  return isDone(report)
    ? `refused, as a request with a tampered ${report.tampered} must be: nothing was queued`
    : `refused, but not with the 401 that a tampered ${report.tampered} is promised`;
}

/** `3 COMPLETED, 1 REFUSED`, most first. */
export function summaryText(ends: ReadonlyMap<SendEnd, number>): string {
  return [...ends]
    .sort(([, one], [, other]) => other - one)
    .map(([end, count]) => `${count} ${end}`)
    .join(', ');
}
