import type { Command } from 'commander';
import type { Run } from '../../cli/context.ts';
import { registerDlqDelete } from './delete.ts';
import { registerDlqEdit } from './edit.ts';
import { registerDlqExport } from './export.ts';
import { registerDlqList } from './list.ts';
import { registerDlqRedrive } from './redrive.ts';
import { registerDlqShow } from './show.ts';

/** `dlq`: what failed for good, and what to do about it. */
export function registerDlq(program: Command, run: Run): void {
  const dlq = program
    .command('dlq')
    .description('What failed for good: list, show, redrive, edit, delete, export');
  registerDlqList(dlq, run);
  registerDlqShow(dlq, run);
  registerDlqRedrive(dlq, run);
  registerDlqEdit(dlq, run);
  registerDlqDelete(dlq, run);
  registerDlqExport(dlq, run);
}
