import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { safeText } from '../../../local/safe-text.ts';
import { commandText, counted } from '../../cli/command-text.ts';
import type { CommandContext, Run } from '../../cli/context.ts';
import { addTargetOptions, type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { CommandError, ExitCode } from '../../core/command-error.ts';
import { prettyJson } from '../../core/pretty-json.ts';
import type { Target } from '../../core/target.ts';
import type { Correction } from '../../dead-letters/correct-letter.ts';
import type { DeadLetter } from '../../dead-letters/dead-letter.ts';
import { deleteDeadLetters } from '../../dead-letters/delete.ts';
import { letterBytes } from '../../dead-letters/read-letter.ts';
import { findLetter } from './find-letter.ts';
import type { EditJson } from './json.ts';
import { lookInterrupted } from './look.ts';
import { notFound } from './not-found.ts';
import { shellWord } from './selection-options.ts';

interface EditOptions extends TargetOptions {
  readonly file?: string;
  readonly delete?: true;
  readonly json?: true;
}

const HELP = `
The payload opens in $VISUAL, $EDITOR or vi. Saved and closed, it is checked by
the schema of its type (of a type of yours: that it is JSON) and sent as an
event of its own, with every handler to run: its id is the old one's with
_edit_ and a hash behind, so that the same correction sent twice runs once.
\`events show\` of either names the other. Saved unchanged, nothing is sent.

The old letter stays, and a redrive would send it as it was: --delete removes
it when SQS has confirmed the new one.

Examples:
  $ npx supaglue-webhooks dlq edit msg_2f9c --local
  $ npx supaglue-webhooks dlq edit msg_2f9c --delete --local
  $ npx supaglue-webhooks dlq edit msg_2f9c --file mended.json --delete \\
      --stack SupaglueWebhooks-prod

--json prints one document: target, event_id, message_id, sent_as, event_type,
fits_schema, unrecorded (why the old record does not tell of it), deleted.`;

export function registerDlqEdit(dlq: Command, run: Run): void {
  addTargetOptions(
    dlq
      .command('edit')
      .summary("change a letter's payload and send it as a new event")
      .description("Changes a dead letter's payload in an editor, checks it, and sends it as a new event.")
      .argument('<id>', 'svix-id or message id'),
  )
    .option('--file <file>', 'take the payload from this file, without an editor')
    .option('--delete', 'delete the old letter when the new event is on the queue')
    .option('--json', 'what was sent as one JSON document')
    .addHelpText('after', HELP)
    .action((id: string, options: EditOptions) => run((context) => runEdit(id, options, context)));
}

async function runEdit(id: string, options: EditOptions, context: CommandContext): Promise<ExitCode> {
  const { terminal, directory, signal } = context;
  // The catalogue of events is for this command alone.
  const { correctionOf, sendCorrection } = await import('../../dead-letters/correct-letter.ts');
  return withTarget(options, context, async (target) => {
    const { found, look } = await findLetter(id, target, context);
    if (look.interrupted) return lookInterrupted(context, look);
    const { letter } = found;
    if (letter === undefined) throw notFound(id, target, look.hidden);
    const { file } = options;
    const correction =
      file === undefined
        ? await edited(letter, (text) => correctionOf(letter, text), target, context)
        : correctionOf(letter, await readFile(resolve(directory, file), 'utf8').catch(cannotRead(file)));
    const sent = await sendCorrection(target, letter, correction, Date.now());
    const { messageId, eventId: oldId = messageId, bodySha256 } = letter;
    const { deleted, folded } =
      options.delete === true
        ? await deleteDeadLetters(target, {
            selection: { id: oldId, bodySha256 },
            dryRun: false,
            onlyCompleted: false,
            nowMs: Date.now,
            signal,
          })
        : { deleted: 0, folded: 0 };
    const report: EditJson = {
      target: target.name,
      ...(letter.eventId === undefined ? {} : { event_id: letter.eventId }),
      message_id: messageId,
      sent_as: sent.eventId,
      event_type: sent.eventType,
      fits_schema: sent.fitsSchema,
      ...(sent.unrecorded === undefined ? {} : { unrecorded: sent.unrecorded }),
      deleted: deleted + folded,
    };
    terminal.print(options.json === true ? JSON.stringify(report, null, 2) : editText(report, oldId, target));
    return options.delete === true && deleted === 0 ? ExitCode.FAILED : ExitCode.DONE;
  });
}

const cannotRead = (file: string) => (error: unknown) => {
  throw new CommandError(`cannot read ${safeText(file)}`, { cause: error });
};

/** What the editor leaves. A payload that does not fit is kept, and said where; else nothing of it stays on the disk. */
async function edited(
  letter: DeadLetter,
  toCorrection: (text: string) => Correction,
  target: Target,
  { environment, terminal }: CommandContext,
): Promise<Correction> {
  const editor = environment['VISUAL'] || environment['EDITOR'] || 'vi';
  const folder = await mkdtemp(join(tmpdir(), 'dlq-edit-'));
  const path = join(folder, 'payload.json');
  const text = letterBytes(letter).toString();
  await writeFile(path, prettyJson(text) ?? text, { mode: 0o600 });
  let kept = false;
  try {
    // An editor may be given with arguments, as git takes it.
    const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', path], { stdio: 'inherit' });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new CommandError(`${safeText(editor)} ended with ${code}: nothing was sent`);
    const changed = await readFile(path, 'utf8');
    kept = changed !== (prettyJson(text) ?? text);
    const correction = toCorrection(changed);
    kept = false;
    return correction;
  } finally {
    if (kept) {
      const again = `dlq edit ${shellWord(letter.eventId ?? letter.messageId)} --file ${shellWord(path)}`;
      terminal.note(`Nothing was sent. Your text is kept; mend it, then:\n${commandText(again, target)}`);
    } else await rm(folder, { recursive: true, force: true });
  }
}

function editText(
  { sent_as: sentAs, event_type: type, ...sent }: EditJson,
  oldId: string,
  target: Target,
): string {
  const checked = sent.fits_schema
    ? `it fits the schema of ${safeText(type)}`
    : 'its schema is in your code: the consumer checks it';
  return [
    `sent as ${sentAs}: ${checked}`,
    ...(sent.unrecorded === undefined
      ? []
      : [`the record of the old event does not tell of it: ${safeText(sent.unrecorded)}`]),
    sent.deleted === 0 ? 'the old letter stays' : `${counted(sent.deleted, 'old letter')} deleted`,
    '',
    'Next:',
    commandText(`events show ${sentAs}`, target),
    ...(sent.deleted === 0 ? [commandText(`dlq delete ${shellWord(oldId)}`, target)] : []),
  ].join('\n');
}
