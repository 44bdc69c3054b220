import { resolve } from 'node:path';
import type { Command } from 'commander';
import { safeText } from '../../../local/safe-text.ts';
import { counted, formatCount } from '../../cli/command-text.ts';
import type { CommandContext, Run } from '../../cli/context.ts';
import { addTargetOptions, type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { ExitCode } from '../../core/command-error.ts';
import type { Target } from '../../core/target.ts';
import { encodeExportedLetter } from '../../dead-letters/exported-letter.ts';
import type { Look } from '../../dead-letters/look.ts';
import { type Selection, selects } from '../../dead-letters/selection.ts';
import { openExportFile } from './export-file.ts';
import { LOOK_COST } from './list.ts';
import { lookWithProgress } from './look.ts';
import { notFound } from './not-found.ts';
import {
  addSelectionOptions,
  refuseAllWithFilter,
  type SelectionOptions,
  toSelection,
} from './selection-options.ts';

interface ExportOptions extends TargetOptions, SelectionOptions {
  readonly all?: true;
  readonly output?: string;
  readonly json?: true;
}

const HELP = `
One letter a line, all of them by default; copies of one event are lines of
their own. Nothing is changed. A line holds message_id, message_group_id,
event_id, event_type, sent_at_ms, receive_count, body (as it is on the queue),
attributes {name: {data_type, string_value | binary_value (base64)}} and failure
(reason, message, handlers, attempts, times); what does not apply is absent.
\`replay\` runs such a file through the local pipeline.

--output writes to FILE.partial, readable by you alone, and names it FILE when
it is whole. Interrupted, the partial file stays.

Examples:
  $ npx supaglue-webhooks dlq export --local > dead-letters.ndjson
  $ npx supaglue-webhooks dlq export --output dead-letters.ndjson \\
      --stack SupaglueWebhooks-prod
  $ npx supaglue-webhooks dlq export --group 3f9a1c02 --local | jq .body
  $ npx supaglue-webhooks dlq export --handler backfill --grep acme --local
${LOOK_COST}`;

export function registerDlqExport(dlq: Command, run: Run): void {
  const command = addTargetOptions(
    dlq
      .command('export')
      .summary('as NDJSON, with all attributes')
      .description('Writes dead letters as NDJSON, whole, and changes nothing.')
      .argument('[id]', 'svix-id or message id'),
  );
  addSelectionOptions(command)
    .option('--all', 'everything, as without a filter')
    .option('--output <file>', 'write to this file (default: standard output)')
    .option('--json', 'NDJSON, as without it')
    .addHelpText('after', HELP)
    .action((id: string | undefined, options: ExportOptions) =>
      run((context) => runExport(id, options, context)),
    );
}

/** Where the lines go. */
interface Output {
  writeLine(line: string): Promise<void> | void;
  /** For people, on standard error: what became of it. */
  finish(): Promise<string>;
  abandon(): Promise<string>;
}

async function runExport(
  id: string | undefined,
  options: ExportOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const selection = toSelection(id, options);
  refuseAllWithFilter(selection, options);
  return withTarget(options, context, async (target) => {
    const output = await openOutput(options, context);
    let lines = 0;
    let look: Look;
    try {
      look = await lookWithProgress(target, context, {
        keep: false,
        async onLetter(letter) {
          if (!selects(selection, letter, Date.now())) return;
          await output.writeLine(encodeExportedLetter(letter));
          lines += 1;
        },
        // A message id names one letter; of a svix-id there may be copies.
        until: ({ messageId }) => messageId === id,
      });
    } catch (error) {
      context.terminal.note(`stopped after ${counted(lines, 'letter')}${await output.abandon()}`);
      throw error;
    }
    if (look.interrupted) {
      const where = await output.abandon();
      context.terminal.note(`interrupted: exported ${ofSeen(lines, look)}${where}; nothing has changed`);
      return ExitCode.INTERRUPTED;
    }
    return endOf(target, { selection, lines, look, output }, context);
  });
}

interface Ended {
  readonly selection: Selection;
  readonly lines: number;
  readonly look: Look;
  readonly output: Output;
}

async function endOf(
  target: Target,
  { selection, lines, look, output }: Ended,
  { terminal }: CommandContext,
): Promise<ExitCode> {
  if (lines === 0 && selection.id !== undefined) {
    await output.abandon();
    throw notFound(selection.id, target, look.hidden);
  }
  const held = look.hidden === 0 ? '' : `; ${formatCount(look.hidden)} held by another look are not in it`;
  terminal.note(`exported ${counted(lines, 'letter')}${await output.finish()}${held}`);
  return ExitCode.DONE;
}

function ofSeen(lines: number, { seen, expected }: Look): string {
  const left = Math.max(0, expected - seen);
  return left === 0
    ? counted(lines, 'letter')
    : `${counted(lines, 'letter')}, about ${formatCount(left)} not seen`;
}

async function openOutput(
  { output }: ExportOptions,
  { terminal, directory }: CommandContext,
): Promise<Output> {
  if (output === undefined) {
    return {
      // To a file or a pipe Node writes before it returns: nothing gathers in memory.
      writeLine: (line) => terminal.print(line),
      finish: async () => '',
      abandon: async () => '',
    };
  }
  const file = await openExportFile(resolve(directory, output));
  return {
    writeLine: file.writeLine,
    async finish() {
      await file.finish();
      return ` to ${safeText(output)}`;
    },
    async abandon() {
      await file.abandon();
      return ` to ${safeText(file.partialPath)}, which is not whole`;
    },
  };
}
