import { safeText } from '../../../local/safe-text.ts';
import { plainTable } from '../../cli/table.ts';
import { columnsOf } from '../../cli/wrap-text.ts';

/** With the blank between columns, so that lines fill 80 at most. */
const LINE_COLUMNS = 81;
const MIN_COLUMNS = 6;

/** Rows as a table; more columns than a line holds are shown row by row, like `\x` of psql. */
export function resultText(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const head = columns.map((name) => safeText(name));
  const cells = rows.map((row) => row.map(cellText));
  const wanted = head.map((name, index) =>
    Math.max(
      MIN_COLUMNS,
      ...[name, ...cells.map((row) => row[index] ?? '')].map((text) => columnsOf(text) + 2),
    ),
  );
  const total = wanted.reduce((sum, width) => sum + width, 0);
  if (total <= LINE_COLUMNS) return plainTable({ head, widths: wanted, rows: cells });
  const nameWidth = Math.min(30, Math.max(...head.map((name) => columnsOf(name) + 2)));
  return cells
    .map((row, index) =>
      plainTable({
        head: [`ROW ${index + 1}`, ''],
        widths: [nameWidth, LINE_COLUMNS - nameWidth],
        rows: head.map((name, column) => [name, row[column] ?? '']),
      }),
    )
    .join('\n\n');
}

function cellText(value: unknown): string {
  if (value === null) return '–';
  if (value instanceof Date) return value.toISOString();
  return safeText(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
