import type { CommandContext } from '../../operator/cli/context.ts';
import { ExitCode } from '../../operator/core/command-error.ts';
import { soakJson } from './report-json.ts';
import { progressText, soakText } from './report-text.ts';
import { runSoak, type SoakSettings } from './run-soak.ts';
import { buildSoakAssembly } from './soak-assembly.ts';

/** Builds, runs and reports. Exit code 0 only when the accounts balance and nothing grew. */
export async function runSoakCommand(
  settings: SoakSettings,
  json: boolean,
  { terminal, signal }: CommandContext,
): Promise<ExitCode> {
  const progress = terminal.progress('bundling the functions and synthesising the stack …');
  try {
    const assembly = await buildSoakAssembly(settings.clocks);
    process.once('exit', assembly.removeNow);
    signal.throwIfAborted();
    const result = await runSoak(settings, {
      assemblyDirectory: assembly.directory,
      signal,
      onProgress: (soFar) => progress.step(progressText(soFar, settings)),
    });
    progress.stop();
    terminal.print(json ? JSON.stringify(soakJson(result, settings)) : soakText(result, settings, terminal));
    return result.passed ? ExitCode.DONE : ExitCode.FAILED;
  } finally {
    progress.stop();
  }
}
