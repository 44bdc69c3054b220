import { safeText } from '../../../local/safe-text.ts';
import { commandText } from '../../cli/command-text.ts';
import type { CommandContext } from '../../cli/context.ts';
import { type TargetOptions, withTarget } from '../../cli/target-option.ts';
import type { Colour, Terminal } from '../../cli/terminal.ts';
import { wrapText } from '../../cli/wrap-text.ts';
import { ExitCode } from '../../core/command-error.ts';
import type { Target } from '../../core/target.ts';
import { examine } from '../../doctor/examine.ts';
import type { CheckResult, Status } from '../../doctor/finding.ts';
import type { PingFacts } from '../../doctor/judge-ping.ts';

export interface DoctorOptions extends TargetOptions {
  readonly ping: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly json?: true;
}

const MAX_CHARACTERS = 2_000;

/** `doctor`: every check on a line of its own, as soon as it is known. */
export async function runDoctor(options: DoctorOptions, context: CommandContext): Promise<ExitCode> {
  const { terminal, signal } = context;
  return withTarget(options, context, async (target) => {
    const progress = terminal.progress(`examining ${target.name}`);
    const { results, ping } = await examine(target, {
      ping: options.ping,
      timeoutMs: options.timeout * 1000,
      nowMs: Date.now,
      signal,
      onResult(result) {
        if (options.json !== true) terminal.print(resultText(result, target, terminal));
      },
    }).finally(() => progress.stop());
    const ok = results.every(({ status }) => status !== 'fail');
    if (options.json === true) terminal.print(JSON.stringify(reportOf(target, ok, results, ping)));
    return ok ? ExitCode.DONE : ExitCode.FAILED;
  });
}

const LABELS: Readonly<Record<Status, readonly [string, Colour]>> = {
  ok: ['ok', 'green'],
  warn: ['warn', 'yellow'],
  fail: ['FAIL', 'red'],
  note: ['note', 'dim'],
};
const COLUMNS = 80;
const INDENT = 6;

/** `warn  dead letters: 3 events could not be handled`, and below it how to mend it. */
function resultText(
  { check, status, finding, mend, command }: CheckResult,
  target: Target,
  { paint }: Terminal,
): string {
  const [label, colour] = LABELS[status];
  const margin = ' '.repeat(INDENT);
  const block = (text: string) => wrapText(safeText(text, MAX_CHARACTERS), COLUMNS - INDENT);
  const [first, ...others] = block(`${check}: ${finding}`);
  return [
    paint(colour, label.padEnd(INDENT)) + first,
    ...others.map((line) => margin + line),
    ...(mend === undefined ? [] : block(`mend: ${mend}`).map((line) => margin + line)),
    ...(command === undefined ? [] : [commandText(command, target, INDENT)]),
  ].join('\n');
}

function reportOf(target: Target, ok: boolean, results: readonly CheckResult[], ping: PingFacts | undefined) {
  return {
    ok,
    target: target.name,
    checks: results.map(({ check, status, finding, mend, command }) => ({
      check,
      status,
      finding,
      mend: mend ?? null,
      command: command === undefined ? null : `npx supaglue-webhooks ${command} ${target.flag}`,
    })),
    ping: ping === undefined ? null : pingReport(ping),
  };
}

function pingReport({ eventId, answer, followed }: PingFacts) {
  const record = followed?.record;
  return {
    event_id: eventId,
    answer,
    end: followed?.end ?? null,
    received_at_ms: record?.received_at_ms ?? null,
    first_attempt_at_ms: record?.first_attempt_at_ms ?? null,
    completed_at_ms: record?.completed_at_ms ?? null,
  };
}
