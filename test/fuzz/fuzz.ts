import process from 'node:process';
import type { CommandContext } from '../../operator/cli/context.ts';
import { processContext } from '../../operator/cli/process-context.ts';
import { newProgram, runCommandLine } from '../../operator/cli/run-command-line.ts';
import { ExitCode } from '../../operator/core/command-error.ts';
import { changeAsymmetric } from './asymmetric.ts';
import { caseJson, caseText } from './case-report.ts';
import { addFuzzOptions, type FuzzOptions, settingsOf } from './fuzz-options.ts';
import { fuzzJson } from './report-json.ts';
import { fuzzText, progressText } from './report-text.ts';
import { runFuzz } from './run-fuzz.ts';
import { judgeCase, shrink } from './shrink.ts';

async function showCase(
  { seed, json }: FuzzOptions,
  index: number,
  { terminal }: CommandContext,
): Promise<ExitCode> {
  const judged = await judgeCase({ seed, index });
  const { failure } = judged.judgement;
  const shrunk = failure === undefined ? undefined : await shrink({ seed, index }, failure.check);
  if (json === true) {
    terminal.print(
      JSON.stringify({ seed, case: index, ...caseJson(judged), shrunk: shrunk && caseJson(shrunk) }),
    );
  } else {
    terminal.print(`case ${index} of seed ${seed}\n${caseText(judged)}`);
    if (shrunk !== undefined) terminal.print(`at its simplest\n${caseText(shrunk)}`);
  }
  return failure === undefined ? ExitCode.DONE : ExitCode.FAILED;
}

async function runAll(options: FuzzOptions, { terminal, signal }: CommandContext): Promise<ExitCode> {
  const settings = settingsOf(options);
  const progress = terminal.progress(progressText(0, settings));
  try {
    const result = await runFuzz(settings, signal, (cases) => progress.update(progressText(cases, settings)));
    progress.stop();
    terminal.print(
      options.json === true
        ? JSON.stringify(fuzzJson(result, settings))
        : fuzzText(result, settings, terminal),
    );
    if (result.interrupted) return ExitCode.INTERRUPTED;
    return result.passed ? ExitCode.DONE : ExitCode.FAILED;
  } finally {
    progress.stop();
  }
}

const ASYMMETRIC_CASES = 200_000;

async function runAsymmetric(
  { cases = ASYMMETRIC_CASES, seed, json }: FuzzOptions,
  { terminal, signal }: CommandContext,
): Promise<ExitCode> {
  const progress = terminal.progress(`0 of ${cases} requests`);
  const totals = await changeAsymmetric(cases, seed, (done) => {
    if (done % 1_000 === 0) progress.update(`${done} of ${cases} requests`);
    signal.throwIfAborted();
  }).finally(() => progress.stop());
  const passed = totals.accepted.length === 0 && totals.genuineAccepted === totals.genuine;
  if (json === true) terminal.print(JSON.stringify({ passed, ...totals }));
  else {
    for (const [name, count] of Object.entries(totals.byChange)) {
      terminal.print(`${String(count).padStart(9)}  changed: ${name}`);
    }
    for (const line of totals.accepted.slice(0, 20)) terminal.print(`ACCEPTED  ${line}`);
    terminal.print(
      `\n${totals.accepted.length} of ${totals.changed} changed requests accepted, ${totals.genuineAccepted} of ${totals.genuine} genuine ones (seed ${seed})`,
    );
  }
  return passed ? ExitCode.DONE : ExitCode.FAILED;
}

const context = processContext();
process.exitCode = await runCommandLine(process.argv.slice(2), context, (run) =>
  addFuzzOptions(newProgram('npm run fuzz --', context.terminal)).action((options: FuzzOptions) =>
    run((fuzzContext) =>
      options.asymmetric === true
        ? runAsymmetric(options, fuzzContext)
        : options.case === undefined
          ? runAll(options, fuzzContext)
          : showCase(options, options.case, fuzzContext),
    ),
  ),
);
