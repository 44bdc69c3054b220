import { safeText } from '../../../local/safe-text.ts';
import { counted, formatCount } from '../../cli/command-text.ts';
import { formatDuration } from '../../cli/format-time.ts';
import type { Terminal } from '../../cli/terminal.ts';
import { inPieces, wrapAtMost } from '../../cli/wrap-text.ts';
import type { Survey } from './letter-lines.ts';
import type { ReplayEnd, ReplayError, ReplayedEvent, ReplayedHandler } from './replay-letter.ts';

const COLUMNS = 80;
/** Of Svix's ids and of the longest event type, each with a blank; the end takes what is left. */
const EVENT_WIDTH = 32;
const TYPE_WIDTH = 31;
const INDENT = 4;
const MAX_LINES = 4;

export function headingText({ lines, copies }: Survey, debugging: boolean): string {
  const left = copies === 0 ? '' : ` (${counted(copies, 'further copy', 'further copies')} left out)`;
  return [
    `Replaying ${counted(lines.length, 'event')} with the handlers of this checkout${left}.`,
    'The ledger here is empty, so every handler runs, completed or not in production.',
    ...(debugging ? ['One at a time, and without time limits.'] : []),
    '',
    row('EVENT', 'TYPE', 'END'),
  ].join('\n');
}

/** One line for the event, and one or more for each handler that ran. */
export function eventText(event: ReplayedEvent, { paint }: Pick<Terminal, 'paint'>): string {
  const id = event.event_id ?? event.message_id;
  const line = row(safeText(id), safeText(event.event_type), event.end);
  const details = [
    ...(event.reason === undefined ? [] : [`reason: ${event.reason}`]),
    ...event.handlers.flatMap((handler) => handlerLines(handler)),
    ...(event.error === undefined ? [] : errorLines('', event.error)),
    ...(event.handlers.length === 0 && event.end === 'COMPLETED' ? ['no handler is registered for it'] : []),
  ];
  return [paint(event.end === 'COMPLETED' ? 'green' : 'red', line), ...details.flatMap(indented)].join('\n');
}

/** `3 events in 1.2 s: 2 COMPLETED, 1 DEAD-LETTERED`. */
export function summaryText(events: readonly ReplayedEvent[], tookMs: number): string {
  const ends = new Map<ReplayEnd, number>();
  for (const { end } of events) ends.set(end, (ends.get(end) ?? 0) + 1);
  const counts = [...ends]
    .sort(([, one], [, other]) => other - one)
    .map(([end, count]) => `${formatCount(count)} ${end}`);
  return `\n${counted(events.length, 'event')} in ${formatDuration(tookMs)}: ${counts.join(', ')}`;
}

/** How to attach; the process waits at its first line, before any handler is loaded. */
export function debuggerText(url: string): string {
  const { host, port } = new URL(url);
  return [
    `Debugger listening on ${url}`,
    `  Chrome: open chrome://inspect, and add ${host} under Configure.`,
    `  VS Code: "Debug: Attach to Node Process", or a launch configuration of type`,
    `  node, request attach, port ${port}.`,
    '  It waits at its first line: set breakpoints in app/, then continue.',
  ].join('\n');
}

function handlerLines(handler: ReplayedHandler): string[] {
  if (handler.outcome === 'completed') return [`${handler.handler} completed`];
  return errorLines(`${handler.handler} failed: `, handler);
}

function errorLines(prefix: string, { error, message, code, retryable, frame }: ReplayError): string[] {
  const kind = [
    ...(code === undefined ? [] : [`code ${code}`]),
    ...(retryable === undefined ? [] : [retryable ? 'retryable' : 'permanent']),
  ].join(', ');
  return [
    safeText(`${prefix}${error}: ${message}${kind === '' ? '' : ` (${kind})`}`, 600),
    ...(frame === undefined ? [] : [safeText(`at ${frame}`)]),
  ];
}

function indented(text: string): string[] {
  const margin = ' '.repeat(INDENT);
  return wrapAtMost(text, COLUMNS - INDENT, MAX_LINES).map((line) => `${margin}${line}`);
}

/** What is longer than its column moves the rest to a line of its own. */
function row(event: string, type: string, end: string): string {
  const typeAndEnd =
    type.length < TYPE_WIDTH
      ? `${type.padEnd(TYPE_WIDTH)}${end}`
      : [...inPieces(type, COLUMNS), end].join('\n');
  if (event.length < EVENT_WIDTH) return `${event.padEnd(EVENT_WIDTH)}${typeAndEnd}`;
  return [...inPieces(event, COLUMNS), typeAndEnd].join('\n');
}
