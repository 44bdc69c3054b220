import process from 'node:process';
import type { CommandContext } from '../../operator/cli/context.ts';
import { processContext } from '../../operator/cli/process-context.ts';
import { newProgram, runCommandLine } from '../../operator/cli/run-command-line.ts';
import { ExitCode } from '../../operator/core/command-error.ts';
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

const context = processContext();
process.exitCode = await runCommandLine(process.argv.slice(2), context, (run) =>
  addFuzzOptions(newProgram('npm run fuzz --', context.terminal)).action((options: FuzzOptions) =>
    run((fuzzContext) =>
      options.case === undefined
        ? runAll(options, fuzzContext)
        : showCase(options, options.case, fuzzContext),
    ),
  ),
);
