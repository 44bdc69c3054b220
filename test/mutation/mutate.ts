import process from 'node:process';
import { numberOption } from '../../local/number-option.ts';
import type { CommandContext } from '../../operator/cli/context.ts';
import { processContext } from '../../operator/cli/process-context.ts';
import { newProgram, runCommandLine } from '../../operator/cli/run-command-line.ts';
import { plainTable } from '../../operator/cli/table.ts';
import { ExitCode, UsageError } from '../../operator/core/command-error.ts';
import { checksOf } from './checks.ts';
import { ACCEPTED } from './generated/accepted.ts';
import type { GeneratedVerdict } from './generated/file-result.ts';
import { changedFiles, namedFiles, sourceFiles } from './generated/files.ts';
import { runGenerated } from './generated/run-generated.ts';
import { type GeneratedRun, generatedJson, generatedText, judged } from './generated/score.ts';
import { requireStryker } from './generated/stryker.ts';
import type { Mutation } from './mutation.ts';
import { isGood, type MutationRun, runJson } from './mutation-run.ts';
import { LISTED, MUTATIONS } from './mutations.ts';
import { PROJECT } from './project-copy.ts';
import { catcherText, checksText, runText } from './report.ts';
import { runMutations } from './run-mutations.ts';
import type { Verdict } from './try-mutation.ts';

const DEFAULT_SEEDS = 300;
const MINUTES = { whole: 240, changed: 10 };
/** Files at a time, of two cores. */
const PARALLEL = 2;
const HELP = `
Breaks the production code on purpose, one mistake at a time, in throw-away
copies of this tree, and asks who sees it.

The project's own mutations: first the simulation is asked, seed by seed, then,
where it saw nothing, the jest suites of the mutated folder. What no mutation
can turn red proves nothing, so a whole run also says which checks of the
simulation never went red. The unmutated tree has to pass first.

Generated ones (StrykerJS: each condition, comparison, arithmetic, return, ...
of lambdas/ and lib/; no texts, no fields of log lines): the quick suites of
the folder, then the simulation. What survives in ingest, consumer, ledger and
alarms must be in test/mutation/generated/accepted.ts with its reason;
elsewhere 90 % must be caught or accepted. What is known of a file is kept in
.test-results/mutants until it or its suites change: run the command again to
go on where it was ended. The generator is installed apart:

  $ npm ci --prefix test/mutation

Examples:
  $ npm run mutate
  $ npm run mutate -- --changed
  $ npm run mutate -- --files lambdas/ledger,lib/webhook-alarms.ts
  $ npm run mutate -- --own --listed
  $ npm run mutate -- --only dot-in-svix-id,batch-throws --all-catchers
  $ npm run mutate -- --list

--json prints one document: good, interrupted, elapsed_ms, caught, survived,
mutations [{name, says, files, listed, caught, check, seeds_needed, seeds_run,
red {check: first seed}, failed_test, problem}], checks [{check, red_by}] (of a
whole run), generated {good, mutants, caught, accepted, survivors, stale, left}.

Exit codes: 0 all caught, 1 a mutation survived, a check never went red, or
the time was up first, 2 wrong usage, 130 Ctrl-C.`;

interface Options {
  readonly only?: string;
  readonly listed?: true;
  readonly seeds: number;
  readonly allCatchers?: true;
  readonly checks?: true;
  readonly list?: true;
  readonly json?: true;
  readonly own?: true;
  readonly generated?: true;
  readonly files?: string;
  readonly changed?: string | true;
  readonly minutes?: number;
  readonly fresh?: true;
}

function namedOrChanged({ files, changed }: Options): readonly string[] | undefined {
  if (files !== undefined) return namedFiles(files);
  return changed === undefined ? undefined : changedFiles(changed === true ? 'main' : changed);
}

/** Sources whose mutants are generated; undefined: the project's own mutations alone were asked for. */
function filesOf(options: Options): readonly string[] | undefined {
  const { only, listed, list, own } = options;
  if (own === true || only !== undefined || listed === true || list === true) return undefined;
  return namedOrChanged(options) ?? sourceFiles();
}

function chosen({ only, listed, generated, ...options }: Options): readonly Mutation[] {
  if (generated === true) return [];
  if (only === undefined) {
    const mutations = listed === true ? LISTED : MUTATIONS;
    const files = namedOrChanged(options);
    if (files === undefined) return mutations;
    return mutations.filter(({ edits }) => edits.some(({ file }) => files.includes(file)));
  }
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
  const files = filesOf(options);
  if (files !== undefined) requireStryker();
  const minutes = options.minutes ?? (options.changed === undefined ? MINUTES.whole : MINUTES.changed);
  const budget = AbortSignal.timeout(minutes * 60_000);
  const progress = terminal.progress('copying the tree');
  const found = new Map<Mutation, Verdict>();
  const byFile = new Map<string, readonly GeneratedVerdict[]>();
  const bounds = { signal: AbortSignal.any([signal, budget]), onStep: (text: string) => progress.step(text) };
  try {
    await runMutations({
      ...bounds,
      mutations,
      seeds,
      allCatchers,
      onVerdict(verdict) {
        found.set(verdict.mutation, verdict);
        terminal.note(`${verdict.mutation.name}: ${catcherText(verdict)}`);
        progress.update(`${found.size} of ${mutations.length} mutations`);
      },
    });
    await runGenerated({
      ...bounds,
      files: files ?? [],
      parallel: PARALLEL,
      fresh: options.fresh === true,
      onFile(file, verdicts) {
        byFile.set(file, verdicts);
        const caught = verdicts.filter(({ caughtBy }) => caughtBy !== undefined).length;
        terminal.note(
          `${file}: ${caught} of ${verdicts.length} caught (${byFile.size} of ${files?.length} files)`,
        );
      },
    });
  } finally {
    progress.stop();
  }
  const run: MutationRun = {
    verdicts: mutations.flatMap((mutation) => found.get(mutation) ?? []),
    checks: checksOf(PROJECT),
    isWhole: found.size === MUTATIONS.length,
    interrupted: signal.aborted || found.size < mutations.length,
  };
  const generated: GeneratedRun = { found: byFile, asked: files ?? [], accepted: ACCEPTED };
  if (json) {
    const own = runJson(run, performance.now() - startedAtMs);
    terminal.print(
      JSON.stringify(files === undefined ? own : { ...own, generated: generatedJson(generated) }),
    );
  } else {
    const parts = [
      ...(options.checks === true ? [checksText(run)] : []),
      ...(mutations.length === 0 ? [] : [runText(run, terminal)]),
      ...(files === undefined ? [] : [generatedText(generated, terminal)]),
    ];
    terminal.print(parts.join('\n\n'));
  }
  if (signal.aborted) return ExitCode.INTERRUPTED;
  return isGood(run) && !run.interrupted && judged(generated).isGood ? ExitCode.DONE : ExitCode.FAILED;
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
    .option('--own', 'the mutations of this project alone')
    .option('--generated', 'the generated ones alone')
    .option('--files <path,path>', 'only what touches these files or folders')
    .option('--changed [base]', 'only what touches files that differ from a commit (default: main)')
    .option(
      '--minutes <n>',
      `ends after so long, and says what is left (default: ${MINUTES.whole}; ${MINUTES.changed} with --changed)`,
      numberOption({ minimum: 1, maximum: 10_000 }),
    )
    .option('--fresh', 'forget what earlier runs found of generated ones')
    .option('--all-catchers', 'ask the suites also about what the simulation has caught')
    .option('--checks', 'show for each check which mutations turned it red')
    .option('--list', 'name the mutations, and try none')
    .option('--json', 'one JSON document')
    .addHelpText('after', HELP)
    .action((options: Options) => run((mutateContext) => mutate(options, mutateContext))),
);
