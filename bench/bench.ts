import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import type { Command } from 'commander';
import { safeText } from '../local/safe-text.ts';
import type { CommandContext } from '../operator/cli/context.ts';
import { processContext } from '../operator/cli/process-context.ts';
import { newProgram, runCommandLine } from '../operator/cli/run-command-line.ts';
import { plainTable } from '../operator/cli/table.ts';
import { CommandError, ExitCode, UsageError } from '../operator/core/command-error.ts';
import type { Benchmark } from './benchmark.ts';
import { coldStart } from './cold-start/cold-start.ts';
import { describeMachine } from './machine.ts';
import { benchText } from './report-text.ts';
import { type RunJson, runBenchmarks } from './run.ts';
import { start } from './start/start.ts';
import { endToEnd } from './system/end-to-end.ts';
import { growth, growthMillion } from './system/growth.ts';
import { letters } from './system/letters.ts';
import { localQueue } from './system/local-queue.ts';
import { warmConsumer } from './warm-consumer/warm-consumer.ts';
import { warmIngest } from './warm-ingest/warm-ingest.ts';

/** All that `npm run bench` runs, in this order. */
const benchmarks: readonly Benchmark[] = [
  coldStart,
  warmIngest,
  warmConsumer,
  endToEnd,
  localQueue,
  letters,
  growth,
  growthMillion,
  start,
];

interface BenchOptions {
  readonly only?: string;
  readonly quick?: true;
  readonly json?: true;
  readonly out?: string;
  readonly list?: true;
  readonly baseline?: string;
}

const HELP = `
A ratio compares two subjects of the same run, whose rounds take turns; figures of
two runs do not compare. bench/METHOD.md tells what is measured and how.

Examples:
  $ npm run bench
  $ npm run bench -- --list
  $ npm run bench -- --only cold-start,warm-ingest
  $ npm run bench -- --quick --out bench.json
  $ npm run bench -- --only start --baseline ../supaglue-webhooks-0.1
  $ npm run --silent bench -- --json

Exit codes: 0 measured (also when a goal is missed), 1 a benchmark failed or found
its own results wrong, 2 wrong usage, 130 Ctrl-C.`;

function addBenchOptions(program: Command): Command {
  return program
    .description('Measures the functions against what a user would pick instead.')
    .option('--only <names>', 'these benchmarks, separated by commas')
    .option('--quick', 'fewer and smaller rounds: shows that it works, its figures mean little')
    .option('--baseline <directory>', 'another checkout with its packages, for --only start')
    .option('--json', 'one JSON document instead of the tables')
    .option('--out <file>', 'writes that JSON document to a file as well')
    .option('--list', 'the benchmarks and what each compares')
    .addHelpText('after', HELP);
}

/** @throws {UsageError} for a name that there is not, and for none at all */
function chosen(all: readonly Benchmark[], only: string | undefined): readonly Benchmark[] {
  if (only === undefined) return all.filter(({ onlyByName }) => onlyByName !== true);
  const names = only.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !all.some((benchmark) => benchmark.name === name));
  if (unknown !== undefined) {
    const known = all.map(({ name }) => name).join(', ');
    throw new UsageError(`no benchmark is named "${safeText(unknown, 60)}": there are ${known}`);
  }
  return all.filter(({ name }) => names.includes(name));
}

async function bench(options: BenchOptions, context: CommandContext): Promise<ExitCode> {
  const { terminal, signal, directory } = context;
  const wanted = chosen(benchmarks, options.only);
  if (options.list === true) {
    const rows = (options.only === undefined ? benchmarks : wanted).map(({ name, says }) => [name, says]);
    terminal.print(plainTable({ head: ['name', 'compares'], widths: [16, 65], rows }));
    return ExitCode.DONE;
  }
  const quick = options.quick === true;
  const machine = await describeMachine();
  const progress = terminal.progress('starting');
  const startedAtMs = Date.now();
  const { benchmarks: finished, interrupted } = await runBenchmarks(wanted, {
    quick,
    signal,
    ...(options.baseline === undefined ? {} : { baseline: resolve(directory, options.baseline) }),
    step: (text) => progress.step(text),
  }).finally(() => progress.stop());
  const result: RunJson = {
    started_at_ms: startedAtMs,
    took_ms: Date.now() - startedAtMs,
    quick,
    interrupted,
    machine,
    benchmarks: finished,
  };
  const json = JSON.stringify(result);
  terminal.print(options.json === true ? json : benchText(result, terminal.paint));
  if (options.out !== undefined) await writeResult(resolve(directory, options.out), json);
  if (interrupted) return ExitCode.INTERRUPTED;
  return finished.some(({ error }) => error !== undefined) ? ExitCode.FAILED : ExitCode.DONE;
}

/** After they were printed, so that a wrong path does not lose ten minutes. */
async function writeResult(path: string, json: string): Promise<void> {
  await writeFile(path, `${json}\n`).catch((cause: unknown) => {
    throw new CommandError(`cannot write ${path}: ${String(cause)}`, { cause });
  });
}

const context = processContext();
process.exitCode = await runCommandLine(process.argv.slice(2), context, (run) =>
  addBenchOptions(newProgram('npm run bench --', context.terminal)).action((options: BenchOptions) =>
    run((benchContext) => bench(options, benchContext)),
  ),
);
