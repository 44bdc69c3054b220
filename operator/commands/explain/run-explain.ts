import type { CommandContext } from '../../cli/context.ts';
import { CommandError, ExitCode } from '../../core/command-error.ts';
import { processStreams } from '../../core/secret-input.ts';
import { readSecretValue } from '../../core/secret-value.ts';
import type { Capture } from '../../explain/capture.ts';
import { explainRequest } from '../../explain/explain-request.ts';
import { findHeaders, firstTimestampSeconds } from '../../explain/header-readings.ts';
import { captureOf } from './explain-capture.ts';
import { type At, checkExplainOptions, type ExplainOptions, parseAt } from './explain-options.ts';
import { reportOf } from './explain-report.ts';
import { secretToExplainWith } from './explain-secret.ts';
import { explanationText } from './explain-text.ts';

/** `explain`: why a captured request does not verify. */
export async function runExplain(
  file: string | undefined,
  options: ExplainOptions,
  context: CommandContext,
): Promise<ExitCode> {
  checkExplainOptions(file, options);
  const at = options.at === undefined ? undefined : parseAt(options.at);
  const { terminal, signal } = context;
  const streams = processStreams();
  const capture = await captureOf(file, options, context, streams.input);
  const atMs = timeOf(at, capture);
  const secretValue = await secretToExplainWith(options, context, streams);
  if (secretValue === undefined) {
    terminal.note('interrupted');
    return ExitCode.INTERRUPTED;
  }
  const progress = terminal.progress('trying what may have been done to the request');
  const explanation = await explainRequest(capture, { secretValue, atMs, signal }).finally(() =>
    progress.stop(),
  );
  const { source } = options;
  const report = reportOf({ capture, explanation, secrets: readSecretValue(secretValue), atMs, source });
  terminal.print(options.json === true ? JSON.stringify(report) : explanationText(report, terminal));
  return report.verifies ? ExitCode.DONE : ExitCode.FAILED;
}

/** @throws {CommandError} when the capture is to give its own time and has none */
function timeOf(at: At | undefined, capture: Capture): number {
  if (at === undefined) return Date.now();
  if (at !== 'capture') return at;
  if (capture.receivedAtMs !== undefined) return capture.receivedAtMs;
  const seconds = firstTimestampSeconds(findHeaders(capture).timestamp);
  if (seconds === undefined)
    throw new CommandError('--at capture: the capture holds no time that can be read');
  return seconds * 1000;
}
