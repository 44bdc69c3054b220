import { formatCount } from '../../operator/cli/command-text.ts';
import { formatDuration } from '../../operator/cli/format-time.ts';
import { plainTable } from '../../operator/cli/table.ts';
import type { Terminal } from '../../operator/cli/terminal.ts';
import { caseText, replayCommand } from './case-report.ts';
import { LAXITIES, REFUSALS } from './disagreements.ts';
import { CHECKS } from './judge.ts';
import { CASES_THAT_MEET_ALL } from './requirements.ts';
import type { ExplainedFailure, FuzzResult, FuzzSettings } from './run-fuzz.ts';
import type { Totals } from './totals.ts';

const share = (part: number, whole: number) => (whole === 0 ? '-' : `${((part / whole) * 100).toFixed(1)} %`);

/** One line of progress. */
export function progressText(cases: number, { cases: wanted, limitMs }: FuzzSettings): string {
  const goal = Number.isFinite(wanted) ? formatCount(wanted) : formatDuration(limitMs ?? 0);
  return `${formatCount(cases)} requests judged, of ${goal} …`;
}

/** What was run and found; 80 columns wide. */
export function fuzzText(result: FuzzResult, settings: FuzzSettings, { paint }: Terminal): string {
  const { totals, tookMs, processes, explained, notMet, interrupted, passed } = result;
  const { seed } = settings;
  const run = `seed ${seed}, ${processes} processes, ${formatDuration(tookMs)}`;
  const verdict = [
    `${formatCount(totals.failed)} failures in ${formatCount(totals.cases)} requests (${run})`,
    ...(notMet.length > 0 ? [`${notMet.length} not met`] : []),
    ...(interrupted ? ['interrupted'] : []),
    ...(totals.cases < CASES_THAT_MEET_ALL
      ? [`too short to ask for every kind of outcome (from ${formatCount(CASES_THAT_MEET_ALL)})`]
      : []),
  ].join('; ');
  return [
    outcomeTable(totals),
    '',
    disagreementTable('they accept, we refuse', LAXITIES, totals),
    '',
    disagreementTable('we accept, they refuse', REFUSALS, totals),
    '',
    kindTable(totals),
    '',
    ...explained.map((each) => `${paint('red', failureText(each, seed))}\n`),
    ...notMet.map((what) => paint('red', `NOT MET: ${what}`)),
    paint(passed ? 'green' : 'red', verdict),
  ].join('\n');
}

function outcomeTable({ cases, accepted, agreedAccept, agreedRefuse, codes }: Totals): string {
  const row = (what: string, count: number) => [what, formatCount(count), share(count, cases)];
  return plainTable({
    head: ['requests', 'count', 'share'],
    widths: [52, 14, 12],
    alignments: ['left', 'right', 'right'],
    rows: [
      row('all', cases),
      row('all three verifiers accept', agreedAccept),
      row('all three refuse', agreedRefuse),
      row('at least one of the others disagrees with us', cases - agreedAccept - agreedRefuse),
      row('accepted by us', accepted),
      ...Object.entries(codes)
        .sort(([, a], [, b]) => b - a)
        .map(([code, count]) => row(`  our answer ${code}`, count)),
    ],
  });
}

type Listed = Readonly<Record<string, { readonly explanation: string; readonly oracles: readonly string[] }>>;

function disagreementTable(title: string, list: Listed, { disagreements }: Totals): string {
  return plainTable({
    head: [title, 'svix', 'standardw.', 'because'],
    widths: [23, 9, 11, 38],
    alignments: ['left', 'right', 'right', 'left'],
    rows: Object.entries(list).map(([name, { oracles, explanation }]) => [
      name,
      oracles.includes('svix') ? formatCount(disagreements.svix[name] ?? 0) : '-',
      oracles.includes('standardwebhooks') ? formatCount(disagreements.standardwebhooks[name] ?? 0) : '-',
      explanation,
    ]),
  });
}

function kindTable({ kinds }: Totals): string {
  return plainTable({
    head: ['kind of mutation', 'requests', 'we accept', 'svix', 'standardw.'],
    widths: [27, 12, 13, 13, 14],
    alignments: ['left', 'right', 'right', 'right', 'right'],
    rows: Object.entries(kinds).map(([name, { cases, accepted, svix, standardwebhooks }]) => [
      name,
      formatCount(cases),
      share(accepted, cases),
      share(svix, cases),
      share(standardwebhooks, cases),
    ]),
  });
}

function failureText({ failure: { check, detail, index, kinds }, shrunk }: ExplainedFailure, seed: number) {
  return [
    `FAILURE ${check}: ${CHECKS[check]}`,
    `  case ${index} (${kinds.join(', ')}): ${detail}`,
    `  again: ${replayCommand(seed, index)}`,
    '  at its simplest:',
    caseText(shrunk),
  ].join('\n');
}
