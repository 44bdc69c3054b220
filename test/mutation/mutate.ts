import process from 'node:process';
import type { CommandContext } from '../../operator/cli/context.ts';
import { numberOption } from '../../operator/cli/number-option.ts';
import { processContext } from '../../operator/cli/process-context.ts';
import { newProgram, runCommandLine } from '../../operator/cli/run-command-line.ts';
import { plainTable } from '../../operator/cli/table.ts';
import { ExitCode, UsageError } from '../../operator/core/command-error.ts';
import { checksOf } from './checks.ts';
import type { Mutation } from './mutation.ts';
import { isGood, type MutationRun, runJson } from './mutation-run.ts';
import { LISTED, MUTATIONS } from './mutations.ts';
import { PROJECT } from './project-copy.ts';
import { catcherText, checksText, runText } from './report.ts';
import { runMutations } from './run-mutations.ts';
import type { Verdict } from './try-mutation.ts';

const DEFAULT_SEEDS = 300;
const HELP = `
Breaks the production code on purpose, one mistake at a time, in throw-away
copies of this tree, and asks who sees it: first the simulation, seed by seed,
then, where it saw nothing, the jest suites of the mutated folder. What no
mutation can turn red proves nothing, so a whole run also says which checks of
the simulation never went red. The unmutated tree has to pass first.

Examples:
  $ npm run mutate
  $ npm run mutate -- --listed
  $ npm run mutate -- --only dot-in-svix-id,batch-throws --all-catchers
  $ npm run mutate -- --list

--json prints one document: good, interrupted, elapsed_ms, caught, survived,
mutations [{name, says, files, listed, caught, check, seeds_needed, seeds_run,
red {check: first seed}, failed_test, problem}], checks [{check, red_by}] (of a
whole run).

Exit codes: 0 all caught, 1 a mutation survived or a check never went red,
2 wrong usage, 130 Ctrl-C.`;

interface Options {
  readonly only?: string;
  readonly listed?: true;
  readonly seeds: number;
  readonly allCatchers?: true;
  readonly checks?: true;
  readonly list?: true;
  readonly json?: true;
}

function chosen({ only, listed }: Options): readonly Mutation[] {
  if (only === undefined) return listed === true ? LISTED : MUTATIONS;
  return only.split(',').map((name) => {
    const mutation = MUTATIONS.find((each) => each.name === name);
    if (mutation === undefined) throw new UsageError(`no mutation is called ${JSON.stringify(name)}: --list`);
    return mutation;
  });
}

function listText(mutations: readonly Mutation[]): string {
  return plainTable({
    head: ['MUTATION', 'A CARELESS ENGINEER'],
    widths: [38, 43],
    rows: mutations.map(({ name, says }) => [name, says]),
  });
}

async function mutate(options: Options, { terminal, signal }: CommandContext): Promise<ExitCode> {
  const mutations = chosen(options);
  const { seeds, allCatchers = false, json = false } = options;
  if (options.list === true) {
    terminal.print(
      json ? JSON.stringify(mutations.map(({ name, says }) => ({ name, says }))) : listText(mutations),
    );
    return ExitCode.DONE;
  }
  const startedAtMs = performance.now();
  const progress = terminal.progress('copying the tree');
  const found = new Map<Mutation, Verdict>();
  try {
    await runMutations({
      mutations,
      seeds,
      allCatchers,
      signal,
      onStep: (text) => progress.step(text),
      onVerdict(verdict) {
        found.set(verdict.mutation, verdict);
        terminal.note(`${verdict.mutation.name}: ${catcherText(verdict)}`);
        progress.update(`${found.size} of ${mutations.length} mutations`);
      },
    });
  } finally {
    progress.stop();
  }
  const run: MutationRun = {
    verdicts: mutations.flatMap((mutation) => found.get(mutation) ?? []),
    checks: checksOf(PROJECT),
    isWhole: found.size === MUTATIONS.length,
    interrupted: signal.aborted,
  };
  if (json) terminal.print(JSON.stringify(runJson(run, performance.now() - startedAtMs)));
  else
    terminal.print(
      options.checks === true ? `${checksText(run)}\n\n${runText(run, terminal)}` : runText(run, terminal),
    );
  if (run.interrupted) return ExitCode.INTERRUPTED;
  return isGood(run) ? ExitCode.DONE : ExitCode.FAILED;
}

const context = processContext();
process.exitCode = await runCommandLine(process.argv.slice(2), context, (run) =>
  newProgram('npm run mutate --', context.terminal)
    .description('Shows that the tests would find the mistakes that they are for.')
    .option('--only <name,name>', 'these mutations alone')
    .option('--listed', 'only the mistakes that must never pass')
    .option(
      '--seeds <n>',
      'seeds of the simulation for each, at most',
      numberOption({ minimum: 1, maximum: 100_000, whole: true }),
      DEFAULT_SEEDS,
    )
    .option('--all-catchers', 'ask the suites also about what the simulation has caught')
    .option('--checks', 'show for each check which mutations turned it red')
    .option('--list', 'name the mutations, and try none')
    .option('--json', 'one JSON document')
    .addHelpText('after', HELP)
    .action((options: Options) => run((mutateContext) => mutate(options, mutateContext))),
);
