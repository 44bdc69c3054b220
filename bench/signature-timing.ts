import process from 'node:process';
import { numberOption } from '../local/number-option.ts';
import { formatCount } from '../operator/cli/command-text.ts';
import type { CommandContext } from '../operator/cli/context.ts';
import { processContext } from '../operator/cli/process-context.ts';
import { newProgram, runCommandLine } from '../operator/cli/run-command-line.ts';
import { plainTable } from '../operator/cli/table.ts';
import { ExitCode } from '../operator/core/command-error.ts';
import { forgedCost } from './timing/forged-cost.ts';
import { LAST_POSITION, measurePosition, type PositionResult, T_LIMIT } from './timing/measure-positions.ts';

const DEFAULT_SAMPLES = 400_000;
const POSITIONS = [8, 21, LAST_POSITION];
const HELP = `
A forger who could measure how long a signature takes to be refused, and who gets
a later answer the more of it is right, would find it byte by byte. This times
refusals whose first wrong character comes at once against those where it comes
late, in random order, and compares them by Welch's t-test. A comparison that
stops at the first wrong byte is timed the same way, to show that it would be
seen. Within ${T_LIMIT} standard errors two means do not differ. Then it times what
forged signatures of the asymmetric kind (v1a) cost.

Examples:
  $ npm run timing
  $ npm run timing -- --samples 2000000
  $ npm run timing -- --json

Exit codes: 0 no difference in ours and one in the leaky comparison, 1 otherwise,
2 wrong usage, 130 Ctrl-C.`;

interface Options {
  readonly samples: number;
  readonly json?: true;
}

const differs = ({ t }: PositionResult) => Math.abs(t) > T_LIMIT;
/** The early exit shows where it comes last; at a few bytes it may drown. */
const isAsPromised = (results: readonly PositionResult[]) =>
  results.every((result) =>
    result.subject === 'ours' ? !differs(result) : result.position !== LAST_POSITION || differs(result),
  );

async function timing({ samples, json }: Options, { terminal, signal }: CommandContext): Promise<ExitCode> {
  const progress = terminal.progress('warming up');
  const results: PositionResult[] = [];
  try {
    for (const position of POSITIONS) {
      for (const subject of ['ours', 'leaky'] as const) {
        progress.update(`${subject}, first wrong character ${position + 1} of ${LAST_POSITION + 1}`);
        results.push(await measurePosition({ subject, position, samples, random: Math.random, signal }));
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    progress.stop();
  }
  const good = !signal.aborted && isAsPromised(results);
  const forged = [512, 350 * 1_024].map(forgedCost);
  if (json === true) {
    const comparisons = results.map(({ difference, medianNs, ...result }) => ({
      ...result,
      difference_ns: difference,
      median_ns: medianNs,
    }));
    terminal.print(JSON.stringify({ good, t_limit: T_LIMIT, comparisons, forged }));
  } else {
    terminal.print(timingText(results, samples));
    for (const { bodyBytes, medianMicroseconds } of forged) {
      terminal.print(
        `forged v1a entries, a body of ${formatCount(bodyBytes)} bytes: ${formatCount(medianMicroseconds)} µs a stored public key`,
      );
    }
    terminal.print(terminal.paint(good ? 'green' : 'red', verdictText(good, signal.aborted)));
  }
  if (signal.aborted) return ExitCode.INTERRUPTED;
  return good ? ExitCode.DONE : ExitCode.FAILED;
}

function timingText(results: readonly PositionResult[], samples: number): string {
  const table = plainTable({
    head: ['comparison', 'first wrong', 'median', 'difference to 1', 't', ''],
    widths: [14, 14, 12, 17, 10, 14],
    alignments: ['left', 'right', 'right', 'right', 'right', 'left'],
    rows: results.map((result) => [
      result.subject,
      `${result.position + 1} of ${LAST_POSITION + 1}`,
      `${result.medianNs.toFixed(0)} ns`,
      `${result.difference.toFixed(1)} ns`,
      result.t.toFixed(1),
      differs(result) ? 'differs' : 'no difference',
    ]),
  });
  return `${table}\n\n${formatCount(samples)} refusals for each line\n`;
}

function verdictText(good: boolean, interrupted: boolean): string {
  if (interrupted) return 'interrupted';
  return good
    ? 'ours takes the same time wherever the first wrong character is; the leaky one is seen'
    : 'not as promised: run it again on a quieter machine, with more --samples';
}

const context = processContext();
process.exitCode = await runCommandLine(process.argv.slice(2), context, (run) =>
  newProgram('npm run timing --', context.terminal)
    .description('Shows that refusing a signature takes as long wherever it is wrong.')
    .option(
      '--samples <n>',
      'refusals timed for each comparison',
      numberOption({ minimum: 10_000, maximum: 20_000_000, whole: true }),
      DEFAULT_SAMPLES,
    )
    .option('--json', 'one JSON document')
    .addHelpText('after', HELP)
    .action((options: Options) => run((timingContext) => timing(options, timingContext))),
);
