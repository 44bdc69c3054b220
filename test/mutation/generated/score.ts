import { plainTable } from '../../../operator/cli/table.ts';
import type { Terminal } from '../../../operator/cli/terminal.ts';
import type { Accepted } from './accepted.ts';
import { type GeneratedVerdict, isAccepted, staleEntries } from './file-result.ts';
import { isDearest, SHARE_ELSEWHERE } from './files.ts';

/** What a run has found of generated mutants. */
export interface GeneratedRun {
  /** Files that came to their end, with their verdicts. */
  readonly found: ReadonlyMap<string, readonly GeneratedVerdict[]>;
  readonly asked: readonly string[];
  readonly accepted: readonly Accepted[];
}

/** Numbers of one part of the code. */
interface Score {
  readonly mutants: number;
  readonly caught: number;
  readonly accepted: number;
}

export function scoreOf(verdicts: readonly GeneratedVerdict[], accepted: readonly Accepted[]): Score {
  const survivors = verdicts.filter(({ caughtBy }) => caughtBy === undefined);
  return {
    mutants: verdicts.length,
    caught: verdicts.length - survivors.length,
    accepted: survivors.filter((verdict) => isAccepted(verdict, accepted)).length,
  };
}

/** Caught or accepted, of all. */
function shareOf({ mutants, caught, accepted }: Score): number {
  return mutants === 0 ? 1 : (caught + accepted) / mutants;
}

/** What is judged of a run. */
export function judged({ found, asked, accepted }: GeneratedRun) {
  const verdicts = [...found.values()].flat();
  const elsewhere = verdicts.filter(({ file }) => !isDearest(file));
  const open = verdicts.filter((each) => each.caughtBy === undefined && !isAccepted(each, accepted));
  const stale = staleEntries(verdicts, [...found.keys()], accepted);
  const left = asked.filter((file) => !found.has(file));
  const isGood =
    !open.some(({ file }) => isDearest(file)) &&
    shareOf(scoreOf(elsewhere, accepted)) >= SHARE_ELSEWHERE &&
    stale.length === 0 &&
    left.length === 0;
  return { verdicts, open, stale, left, isGood };
}

/** The part of the code that a file's numbers are added to. */
function areaOf(file: string): string {
  return isDearest(file) && file.startsWith('lib/')
    ? 'lib (alarms)'
    : file.split('/').slice(0, -1).slice(0, 2).join('/');
}

export function generatedText(run: GeneratedRun, { paint }: Terminal): string {
  const { verdicts, open, stale, left, isGood } = judged(run);
  const all = scoreOf(verdicts, run.accepted);
  const areas = [...new Set(verdicts.map(({ file }) => areaOf(file)))];
  const row = (name: string, score: Score) => [
    name,
    String(score.mutants),
    String(score.caught),
    String(score.accepted),
    String(score.mutants - score.caught - score.accepted),
    `${(shareOf(score) * 100).toFixed(1)} %`,
  ];
  return [
    plainTable({
      head: ['GENERATED IN', 'MUTANTS', 'CAUGHT', 'ACCEPTED', 'SURVIVED', 'SHARE'],
      widths: [22, 9, 9, 10, 10, 9],
      alignments: ['left', 'right', 'right', 'right', 'right', 'right'],
      rows: areas.map((name) =>
        row(
          name,
          scoreOf(
            verdicts.filter(({ file }) => areaOf(file) === name),
            run.accepted,
          ),
        ),
      ),
    }),
    '',
    ...open.map(
      ({ file, lineNumber, mutator, original, replacement }) =>
        `${file}:${lineNumber}: ${mutator}: ${shortened(original)} → ${shortened(replacement) || 'nothing'}`,
    ),
    ...stale.map(({ file, line }) => `accepted, and no survivor any more: ${file}: ${line}`),
    ...(left.length === 0
      ? []
      : [`not reached, run it again to go on: ${left.length} files, ${left.join(', ')}`]),
    paint(
      isGood ? 'green' : 'red',
      `${all.caught} of ${all.mutants} generated mutants caught, ${all.accepted} accepted with a reason, ` +
        `${open.length} survived (${run.found.size} of ${run.asked.length} files)`,
    ),
  ].join('\n');
}

function shortened(text: string): string {
  return text.length > 70 ? `${text.slice(0, 69)}…` : text;
}

export function generatedJson(run: GeneratedRun) {
  const { verdicts, open, stale, left, isGood } = judged(run);
  return { good: isGood, ...scoreOf(verdicts, run.accepted), survivors: open, stale, left };
}
