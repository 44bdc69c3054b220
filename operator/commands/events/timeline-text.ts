import { isReconciled } from '../../../lambdas/contract/reconciled-id.ts';
import type { LedgerRecord } from '../../../lambdas/ledger/record.ts';
import { safeText } from '../../../local/safe-text.ts';
import { formatDuration, formatUtc } from '../../cli/format-time.ts';
import { failureText } from '../../cli/step-text.ts';
import { plainTable } from '../../cli/table.ts';
import { columnsOf } from '../../cli/wrap-text.ts';
import { isDeadLettered } from '../../core/event-steps.ts';
import { type TimelineEntry, timelineOf } from '../../core/timeline.ts';

const COLUMNS = 80;
const WHAT_COLUMNS = 47;

/** The record for people: what it is about, then its moments. */
export function timelineText(record: LedgerRecord, nowMs: number): string {
  const entries = timelineOf(record);
  const [first] = entries;
  const table = plainTable({
    head: ['time (UTC)', 'after', 'what'],
    widths: [24, 9, WHAT_COLUMNS + 1],
    rows: entries.map((entry) => [
      formatUtc(entry.at_ms),
      entry.at_ms > nowMs ? 'ahead' : formatDuration(entry.at_ms - (first?.at_ms ?? entry.at_ms)),
      entryText(entry, record, nowMs),
    ]),
  });
  // A place in a file is one that an editor opens: the table would break it.
  const places = entries.flatMap((entry) =>
    entry.entry === 'failed' && isLong(entry.frame)
      ? [`attempt ${entry.attempt}  ${safeText(entry.frame, 200)}`]
      : [],
  );
  return [...headerLines(record), '', table, ...(places.length > 0 ? ['', ...places] : [])].join('\n');
}

function isLong(frame: string | undefined): frame is string {
  return frame?.split(' ').some((word) => word.length > WHAT_COLUMNS) ?? false;
}

function headerLines(record: LedgerRecord): string[] {
  const subject = [
    ['customer', record.customer_id],
    ['connection', record.connection_id],
    ['provider', record.provider_name],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${name?.padEnd(12)}${safeText(value)}`]));
  const event = `${record.event_id}  ${safeText(record.event_type)}`;
  const line = `${event}  ${statusText(record)}`;
  return [
    ...(columnsOf(line) <= COLUMNS ? [line] : [event, statusText(record)]),
    ...subject,
    ...(isReconciled(record.event_id) ? ['reconciled  Supaglue did not send it: found in its API'] : []),
    ...(record.same_content_as ? [`same as     ${record.same_content_as}: nothing ran`] : []),
    `attempts    ${attemptsText(record)}`,
    `sha256      ${record.body_sha256}`,
  ];
}

/** A dead letter that was put back starts a new budget. */
function attemptsText({ attempts, attempts_total: total }: LedgerRecord): string {
  return attempts === 0 || attempts === total ? String(total) : `${total}, ${attempts} since it was put back`;
}

function statusText(record: LedgerRecord): string {
  if (record.dead_letter_reason === undefined) return record.status;
  return isDeadLettered(record)
    ? `${record.status}, on the dead-letter queue (${record.dead_letter_reason})`
    : `${record.status}, on its way to the dead-letter queue (${record.dead_letter_reason})`;
}

/** What happened, or is to happen, at one moment of the record. */
export function entryText(entry: TimelineEntry, record: LedgerRecord, nowMs: number): string {
  switch (entry.entry) {
    case 'received':
      return 'received';
    case 'first-attempt':
      return 'first attempt starts';
    case 'failed':
      return failedText(entry);
    case 'handler-completed':
      return `handler ${entry.handler} completed${entry.note === undefined ? '' : `: ${safeText(entry.note)}`}`;
    case 'completed':
      return Object.keys(record.handlers).length === 0 && record.same_content_as === undefined
        ? 'COMPLETED: no handler is registered for it'
        : 'COMPLETED';
    case 'dead-lettered':
      return `dead-lettered: ${entry.reason}`;
    case 'corrected':
      return `its payload was corrected and sent as ${entry.event_id}`;
    case 'corrects':
      return `it is ${entry.event_id} with a corrected payload`;
    case 'next-attempt':
      return entry.at_ms > nowMs
        ? `next attempt, in ${formatDuration(entry.at_ms - nowMs)}`
        : 'next attempt due since';
    case 'lease-expires':
      return entry.at_ms > nowMs
        ? `the running attempt's lease ends, in ${formatDuration(entry.at_ms - nowMs)}`
        : 'the lease of the last attempt ended: it died, the next delivery takes over';
    case 'expires':
      return `the record expires, in ${formatDuration(entry.at_ms - nowMs)}`;
  }
}

function failedText(entry: Extract<TimelineEntry, { entry: 'failed' }>): string {
  const where = entry.handler === undefined ? '' : ` in ${entry.handler}`;
  const frame = entry.frame === undefined || isLong(entry.frame) ? '' : ` ${safeText(entry.frame, 200)}`;
  return `attempt ${entry.attempt} failed${where}: ${failureText(entry)}${frame}`;
}
