import { safeText } from '../../local/safe-text.ts';
import { formatCount } from '../../operator/cli/command-text.ts';
import { formatDuration } from '../../operator/cli/format-time.ts';
import { plainTable } from '../../operator/cli/table.ts';
import type { Terminal } from '../../operator/cli/terminal.ts';
import type { Problem } from './balance.ts';
import { explanations } from './extra-runs.ts';
import { FAULT_KINDS, WIRE_FAULTS } from './fault-log.ts';
import type { SoakProgress, SoakResult, SoakSettings } from './run-soak.ts';
import { MEASURES, type Trend, type Trends } from './trends.ts';

/** Each is named in the JSON; a screen full is enough for people. */
const MOST_PROBLEMS = 50;

/** One line of progress. */
export function progressText(progress: SoakProgress, { loadMs }: Pick<SoakSettings, 'loadMs'>): string {
  const { phase, elapsedMs, sent, accepted, acknowledged, onQueue, faults } = progress;
  const killed = faults['worker killed'];
  const dropped = WIRE_FAULTS.reduce((sum, kind) => sum + faults[kind], 0);
  const time =
    phase === 'load'
      ? `${formatDuration(elapsedMs)} of ${formatDuration(loadMs)}`
      : `no more faults, awaiting the rest for ${formatDuration(elapsedMs)}`;
  const counts = [
    [sent, 'sent'],
    [accepted, 'accepted'],
    [acknowledged, 'messages done'],
    [onQueue, 'on the queue'],
    [killed, 'kills'],
    [dropped, 'drops'],
  ] as const;
  return `${time}: ${counts.map(([count, what]) => `${formatCount(count)} ${what}`).join(', ')}`;
}

/** What was run, what came of it, and the verdict; 80 columns wide at most. */
export function soakText(result: SoakResult, settings: SoakSettings, { paint }: Terminal): string {
  const { balance, trends, passed } = result;
  const verdict = [
    balance.problems.length === 0 ? 'the accounts balance' : `${balance.problems.length} problems`,
    trendVerdict(trends),
    ...(result.interrupted ? ['the load was ended early'] : []),
  ].join('; ');
  return [
    table(['load and faults', ''], loadRows(result, settings)),
    '',
    table(['accounts', ''], accountRows(result)),
    '',
    trendTable(trends),
    '',
    ...problemLines(balance.problems).map((line) => paint('red', line)),
    paint(passed ? 'green' : 'red', verdict),
  ].join('\n');
}

type Row = readonly [what: string, count: string | number];

function loadRows(
  { sent, loadMs, drainMs, sender, faults, invocations }: SoakResult,
  settings: SoakSettings,
) {
  const { seed, rate, dropShare } = settings;
  return [
    [`load of ${rate} events a second, seed ${seed}`, formatDuration(loadMs)],
    ['then until the queue was empty', formatDuration(drainMs)],
    ['events sent', sent],
    ['posts, repeats and duplicates included', sender.posts],
    ['posts without a 2xx, repeated', sender.failedPosts],
    ['events sent once more after a 2xx', sender.resent],
    ...FAULT_KINDS.map((kind): Row => [faultText(kind, dropShare), faults[kind]]),
    ['invocations ended by an error of their own', invocations.error + invocations['init-error']],
  ] satisfies Row[];
}

function faultText(kind: (typeof FAULT_KINDS)[number], dropShare: number): string {
  return kind === 'request dropped' ? `${kind} (of ${dropShare * 100} % of all calls)` : kind;
}

function accountRows({ balance, sender }: SoakResult) {
  const { reasons, extraRuns } = balance;
  const unexplained = extraRuns.filter(({ explained }) => explained === undefined).length;
  return [
    ['accepted with a 2xx', balance.accepted],
    ['COMPLETED', balance.completed],
    ['dead-lettered with a reason', balance.deadLettered],
    ...Object.entries(reasons).map(([reason, count]): Row => [`  ${reason}`, count]),
    ['second copies of a dead letter', balance.extraLetters],
    ['handler completions recorded', balance.recordedCompletions],
    ["effects of handlers (the ping's does not count them)", balance.effects],
    ['effects that came again (the admitted window)', extraRuns.length],
    ...Object.entries(explanations(extraRuns)).map(([why, count]): Row => [`  after: ${why}`, count]),
    ['  without an explanation', unexplained],
    ['forgeries sent', sender.forgeries],
    ['forgeries accepted', sender.forgeriesAccepted],
  ] satisfies Row[];
}

function table(head: readonly [string, string], rows: readonly Row[]): string {
  return plainTable({
    head,
    widths: [60, 12],
    alignments: ['left', 'right'],
    rows: rows.map(([what, count]) => [what, typeof count === 'number' ? formatCount(count) : count]),
  });
}

function trendTable({ trends, heldPerEventBytes }: Trends): string {
  const text = plainTable({
    head: ['this process', 'start', 'first third', 'middle', 'last third', 'growth'],
    widths: [20, 12, 12, 12, 12, 12],
    alignments: ['left', 'right', 'right', 'right', 'right', 'right'],
    rows: trends.map((trend) => [
      MEASURES[trend.measure].name,
      ...[trend.start, trend.first, trend.middle, trend.last].map((value) => valueText(trend, value)),
      `${(trend.growth * 100).toFixed(1)} %`,
    ]),
  });
  const held = `${(heldPerEventBytes / 1_000).toFixed(1)} KB`;
  return [
    text,
    'Growth: last third over middle third. That of memory is without what the',
    `engines and the accounts keep of each event: ${held}, as measured at the end.`,
  ].join('\n');
}

function valueText({ measure }: Trend, value: number): string {
  return MEASURES[measure].isMemory ? `${(value / 1_000_000).toFixed(1)} MB` : formatCount(value);
}

function trendVerdict({ judged, isFlat, samples }: Trends): string {
  if (!judged) return `memory is not judged on ${samples} samples`;
  return isFlat ? 'memory and handles are flat' : 'memory or handles grow';
}

function problemLines(problems: readonly Problem[]): string[] {
  const lines = problems
    .slice(0, MOST_PROBLEMS)
    .map(({ eventId, problem, ledger }) => `✗ ${safeText(`${eventId} ${problem}; ledger: ${ledger}`)}`);
  const left = problems.length - lines.length;
  return left > 0 ? [...lines, `✗ and ${formatCount(left)} more: see --json`] : lines;
}
