import { safeText } from '../../local/safe-text.ts';
import { formatDuration } from '../cli/format-time.ts';
import { plainTable } from '../cli/table.ts';
import type { Terminal } from '../cli/terminal.ts';
import type { DemoRow } from './observe.ts';

export interface DemoResult {
  readonly rows: readonly DemoRow[];
  /** Nothing is left on the main queue. */
  readonly drained: boolean;
}

/** The table, what the dead letters say, and the verdict; 80 columns wide at most. */
export function demoText({ rows, drained }: DemoResult, tookMs: number, { paint }: Terminal): string {
  const kept = rows.filter((row) => row.kept).length;
  const verdict = `${kept} of ${rows.length} endings are the promised ones, in ${formatDuration(tookMs)}`;
  const problems = [
    ...rows.filter((row) => !row.kept).map((row) => `✗ ${row.scenario}: ${row.differences.join('; ')}`),
    ...(drained ? [] : ['✗ the queue still holds messages']),
  ];
  return [
    table(rows, paint),
    '',
    'On the dead-letter queue, each with its reason:',
    ...rows.flatMap(deadLetterLines),
    '',
    ...problems.map((line) => paint('red', line)),
    paint(problems.length === 0 ? 'green' : 'red', verdict),
  ].join('\n');
}

function table(rows: readonly DemoRow[], paint: Terminal['paint']): string {
  return plainTable({
    head: ['scenario', 'sent', 'answer', 'way', 'ending', 'ok', 'time'],
    widths: [30, 7, 7, 13, 14, 3, 7],
    alignments: ['left', 'right', 'left', 'left', 'left', 'left', 'left'],
    rows: rows.map((row) => [
      row.scenario,
      formatBytes(row.bytes),
      String(row.observed.status),
      row.way,
      row.observed.end,
      row.kept ? paint('green', '✓') : paint('red', '✗'),
      formatDuration(row.took_ms),
    ]),
  });
}

function deadLetterLines({ scenario, failure }: DemoRow): string[] {
  if (failure === null) return [];
  const [handler] = failure.handlers;
  const what =
    handler === undefined ? failure.message : `${handler.handler}: ${handler.error}: ${handler.message}`;
  return [`  ${scenario}: ${failure.reason}`, `    ${safeText(what, 74)}`];
}

function formatBytes(bytes: number): string {
  return bytes < 10_240 ? `${bytes} B` : `${Math.round(bytes / 1024)} KB`;
}
