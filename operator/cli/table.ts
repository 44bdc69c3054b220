import Table from 'cli-table3';

export interface PlainTableOptions {
  readonly head: readonly string[];
  /** Widths with the blank between columns; 81 together fill 80 columns. */
  readonly widths: readonly number[];
  /** Default: all to the left. */
  readonly alignments?: readonly ('left' | 'right')[];
  readonly rows: readonly (readonly string[])[];
}

const EDGES = ['top', 'bottom', 'left', 'right', 'mid'];
const CROSSINGS = EDGES.flatMap((edge) => ['mid', 'left', 'right'].map((side) => `${edge}-${side}`));
const NO_LINES = Object.fromEntries([...EDGES, ...CROSSINGS, 'middle'].map((part) => [part, '']));

/** A table without lines: nothing to strip when it is piped. Long cells wrap. */
export function plainTable({ head, widths, alignments, rows }: PlainTableOptions): string {
  const table = new Table({
    head: [...head],
    colWidths: [...widths],
    ...(alignments === undefined ? {} : { colAligns: [...alignments] }),
    wordWrap: true,
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
  });
  for (const row of rows) {
    table.push(row.map((cell, column) => breakable(cell, (widths[column] ?? 0) - 1)));
  }
  return table.toString().replace(/ +$/gm, '');
}

/** The library cuts a word that is longer than its column; broken in pieces, nothing of it is lost. */
function breakable(cell: string, width: number): string {
  return cell.replace(new RegExp(`\\S{${width}}(?=\\S)`, 'g'), '$& ');
}
