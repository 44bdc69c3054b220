import { createWriteStream } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { LocalCloudEvent } from '../../../local/cloud-events.ts';
import { safeText } from '../../../local/safe-text.ts';
import { counted } from '../../cli/command-text.ts';
import type { CommandContext } from '../../cli/context.ts';
import { CommandError, ExitCode } from '../../core/command-error.ts';
import { toCommandError } from '../../core/error-line.ts';
import type { Target } from '../../core/target.ts';
import { type InvalidLine, lettersOf, type Survey, surveyLetters } from './letter-lines.ts';
import { withReplayCloud, withReplayDirectory } from './replay-cloud.ts';
import { ReplayEnd, type ReplayedEvent, replayLetter } from './replay-letter.ts';
import { debuggerText, eventText, headingText, summaryText } from './replay-text.ts';
import { SettledMessages } from './settled-messages.ts';

export interface ReplayOptions {
  /** svix-ids or message ids. */
  readonly only: readonly string[];
  readonly limit?: number;
  readonly attempts: number;
  readonly skipInvalid?: true;
  readonly verbose?: true;
  readonly inspectBrk?: number;
  readonly json?: true;
}

/** Events under way at once. Each starts a thread of its own, which a few events are not worth. */
const CONCURRENCY = { few: 2, many: 5 };
/** With more events than this, only those that are not COMPLETED are shown. */
const MAX_LISTED = 20;
/** Of the lines that are no letters. */
const MAX_PROBLEMS = 10;
/** Standard input, for the shell. */
const STDIN = '-';

export async function runReplay(
  file: string,
  options: ReplayOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { terminal } = context;
  const startedAtMs = performance.now();
  const progress = terminal.progress('reading the export');
  try {
    return await withReplayDirectory(context.directory, async (directory) => {
      const path = file === STDIN ? await spool(directory, context) : resolve(context.directory, file);
      const survey = await surveyLetters(path, { ...options, signal: context.signal });
      checkSurvey(file, survey, options, context);
      const settled = new SettledMessages();
      const events = await withReplayCloud(
        {
          directory,
          attempts: options.attempts,
          ...inspection(options, context),
          observer: observer(settled, options, context),
          progress: (step) => progress.step(`${step} …`),
          signal: context.signal,
        },
        (target) => {
          if (options.json !== true) terminal.print(headingText(survey, options.inspectBrk !== undefined));
          progress.step(`replayed 0 of ${survey.lines.length}`);
          return replayAll(target, path, survey, settled, options, context, (text) => progress.update(text));
        },
      );
      progress.stop();
      const passed = events.every(({ end }) => end === ReplayEnd.COMPLETED);
      const tookMs = Math.round(performance.now() - startedAtMs);
      terminal.print(
        options.json === true
          ? JSON.stringify({
              passed,
              took_ms: tookMs,
              copies: survey.copies,
              invalid_lines: survey.invalid,
              events,
            })
          : summaryText(events, tookMs),
      );
      return passed ? ExitCode.DONE : ExitCode.FAILED;
    });
  } catch (error) {
    throw toCommandError(error, { target: 'local' });
  } finally {
    progress.stop();
  }
}

/** Standard input can be read once only, and an export is read twice. */
async function spool(directory: string, { signal }: CommandContext): Promise<string> {
  const path = join(directory, 'stdin.ndjson');
  await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }), { signal });
  return path;
}

/** @throws {CommandError} when nothing can or shall be run */
function checkSurvey(
  file: string,
  survey: Survey,
  options: ReplayOptions,
  { terminal }: CommandContext,
): void {
  const { invalid, letters, lines } = survey;
  for (const text of problemTexts(invalid)) terminal.note(text);
  if (invalid.length > 0 && options.skipInvalid !== true) {
    throw new CommandError(
      `${counted(invalid.length, 'line')} of ${invalid.length + letters} cannot be replayed, so nothing was run: mend them, or leave them out with --skip-invalid`,
    );
  }
  const name = file === STDIN ? 'standard input' : safeText(file);
  if (letters === 0) throw new CommandError(`${name} holds no letters: \`dlq export\` writes them`);
  if (lines.length === 0) {
    throw new CommandError(
      `${name} holds ${counted(letters, 'letter')}, none of them ${safeText(options.only.join(' or '))}`,
    );
  }
}

function problemTexts(invalid: readonly InvalidLine[]): string[] {
  const shown = invalid
    .slice(0, MAX_PROBLEMS)
    .map(({ line, problem }) => `line ${line}: ${safeText(problem)}`);
  return invalid.length > MAX_PROBLEMS ? [...shown, `and ${invalid.length - MAX_PROBLEMS} more`] : shown;
}

function inspection({ inspectBrk }: ReplayOptions, { terminal }: CommandContext) {
  if (inspectBrk === undefined) return {};
  return {
    inspect: {
      port: inspectBrk,
      onListening: (url: string) => terminal.note(debuggerText(url)),
      onAttached: () => terminal.note('Debugger attached.'),
    },
  };
}

function observer(settled: SettledMessages, { verbose }: ReplayOptions, { terminal }: CommandContext) {
  return (event: LocalCloudEvent): void => {
    settled.observe(event);
    if (event.type === 'alert') {
      terminal.note(`alert, not sent anywhere: ${safeText(event.subject ?? event.message)}`);
    } else if (event.type === 'log' && verbose === true) {
      terminal.note(safeText(event.line, 10_000));
    }
  };
}

async function replayAll(
  target: Target,
  path: string,
  survey: Survey,
  settled: SettledMessages,
  options: ReplayOptions,
  { terminal, signal }: CommandContext,
  progress: (text: string) => void,
): Promise<readonly ReplayedEvent[]> {
  const events: ReplayedEvent[] = [];
  const total = survey.lines.length;
  const letters = lettersOf(path, survey.lines, signal);
  const worker = async (): Promise<void> => {
    for (let next = await letters.next(); next.done !== true; next = await letters.next()) {
      const event = await replayLetter(target, next.value, settled, signal);
      events.push(event);
      if (options.json !== true && (total <= MAX_LISTED || event.end !== ReplayEnd.COMPLETED)) {
        terminal.print(eventText(event, terminal));
      }
      progress(`replayed ${events.length} of ${total}`);
    }
  };
  const concurrency = total > MAX_LISTED ? CONCURRENCY.many : CONCURRENCY.few;
  const workers = options.inspectBrk === undefined ? concurrency : 1;
  try {
    await Promise.all(Array.from({ length: workers }, worker));
  } catch (error) {
    terminal.note(`stopped: replayed ${events.length} of ${total}`);
    throw error;
  }
  return events.sort((one, other) => one.line - other.line);
}
