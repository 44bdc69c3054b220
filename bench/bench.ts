import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import type { CommandContext } from '../operator/cli/context.ts';
import { processContext } from '../operator/cli/process-context.ts';
import { newProgram, runCommandLine } from '../operator/cli/run-command-line.ts';
import { plainTable } from '../operator/cli/table.ts';
import { CommandError, ExitCode } from '../operator/core/command-error.ts';
import { addBenchOptions, type BenchOptions, chosen } from './bench-options.ts';
import { benchmarks } from './benchmarks.ts';
import { describeMachine } from './machine.ts';
import { benchJson } from './report-json.ts';
import { benchText } from './report-text.ts';
import { runBenchmarks } from './run-benchmarks.ts';

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
  const run = await runBenchmarks(
    wanted,
    {
      quick,
      signal,
      ...(options.baseline === undefined ? {} : { baseline: resolve(directory, options.baseline) }),
      step: (text) => progress.step(text),
    },
    performance.now.bind(performance),
  ).finally(() => progress.stop());
  const facts = { startedAtMs, tookMs: Date.now() - startedAtMs, quick, machine };
  const json = JSON.stringify(benchJson(run, facts));
  terminal.print(options.json === true ? json : benchText(run, facts, terminal.paint));
  if (options.out !== undefined) await writeResult(resolve(directory, options.out), json);
  if (run.interrupted) return ExitCode.INTERRUPTED;
  return run.finished.some(({ result }) => result === undefined) ? ExitCode.FAILED : ExitCode.DONE;
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
