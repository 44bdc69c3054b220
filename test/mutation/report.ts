import { plainTable } from '../../operator/cli/table.ts';
import type { Terminal } from '../../operator/cli/terminal.ts';
import { HARNESS_CHECKS, redBy } from './checks.ts';
import { isListed, type MutationRun } from './mutation-run.ts';
import { isCaught, type Verdict } from './try-mutation.ts';

/** Who saw a mutation, in one line. */
export function catcherText({ simulation, failedTest, problem }: Verdict): string {
  if (problem !== undefined) return `not tried: ${problem}`;
  const { check } = simulation ?? {};
  const others = (simulation?.red.size ?? 0) - 1;
  const more = others > 0 ? ` (and ${others} more)` : '';
  const seen = [
    ...(check === undefined ? [] : [`simulation: ${check}${more}`]),
    ...(failedTest === undefined ? [] : [`suite: ${failedTest}`]),
  ];
  return seen.length === 0 ? 'NOBODY' : seen.join('; ');
}

/** The table of mutations, then what they show of the simulation's checks. */
export function runText(run: MutationRun, terminal: Terminal): string {
  return [
    plainTable({
      head: ['MUTATION', 'CAUGHT BY', 'SEEDS'],
      widths: [38, 36, 7],
      alignments: ['left', 'left', 'right'],
      rows: run.verdicts.map((verdict) => [
        verdict.mutation.name,
        catcherText(verdict),
        String(verdict.simulation?.seedsNeeded ?? '-'),
      ]),
    }),
    '',
    ...caughtLines(run, terminal),
    ...checkLines(run, terminal),
  ].join('\n');
}

function caughtLines({ verdicts, interrupted }: MutationRun, { paint }: Terminal): string[] {
  const groups = [
    ['listed', verdicts.filter(isListed)],
    ['further', verdicts.filter((verdict) => !isListed(verdict))],
  ] as const;
  const lines = groups
    .filter(([, group]) => group.length > 0)
    .map(([name, group]) => {
      const caught = group.filter(isCaught).length;
      const text = `${caught} of ${group.length} ${name} mutations caught`;
      return paint(caught === group.length ? 'green' : 'red', text);
    });
  return interrupted ? [...lines, 'interrupted: the others were not tried'] : lines;
}

function checkLines({ verdicts, checks, isWhole }: MutationRun, { paint }: Terminal): string[] {
  if (!isWhole) return [];
  const red = redBy(verdicts);
  const never = checks.filter((check) => !red.has(check));
  return [
    `${checks.length - never.length} of ${checks.length} checks of the simulation went red`,
    ...never.map((check) => {
      const reason = HARNESS_CHECKS[check];
      return reason === undefined
        ? paint('red', `  ${check}: never red, so it may be decoration`)
        : `  ${check}: guards the simulation itself: ${reason}`;
    }),
  ];
}

/** Each check with the mutations that turned it red. */
export function checksText({ verdicts, checks }: MutationRun): string {
  const red = redBy(verdicts);
  return plainTable({
    head: ['CHECK', 'RED BY'],
    widths: [38, 43],
    rows: checks.map((check) => [check, (red.get(check) ?? ['-']).join(', ')]),
  });
}
