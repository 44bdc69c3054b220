import { resolve } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import type { CommandContext } from '../../cli/context.ts';
import { type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { CommandError, ExitCode, UsageError } from '../../core/command-error.ts';
import { readInput } from '../../core/read-input.ts';
import { askSecret, processStreams, type SecretStreams } from '../../core/secret-input.ts';
import { readSecretValue } from '../../core/secret-value.ts';
import { findStoredValue, notStored } from '../../core/signing-secret.ts';
import { keptRequest } from '../../events/kept-requests.ts';
import { type Capture, collectHeaders } from '../../explain/capture.ts';
import { explainRequest } from '../../explain/explain-request.ts';
import { findHeaders, firstTimestampSeconds } from '../../explain/header-readings.ts';
import { readCapture } from '../../explain/read-capture.ts';
import { headerOf } from '../../explain/read-http-capture.ts';
import { reportOf } from './explain-report.ts';
import { explanationText } from './explain-text.ts';

export interface ExplainOptions extends TargetOptions {
  readonly header: readonly string[];
  readonly body?: string;
  readonly bodyFile?: string;
  readonly request?: string;
  readonly secretFile?: string;
  readonly secretEnv?: string;
  readonly at?: string;
  readonly json?: true;
}

/**
 * Which options go together.
 *
 * @throws {UsageError}
 */
function checkExplainOptions(file: string | undefined, options: ExplainOptions): void {
  const { header, body, bodyFile, secretFile, secretEnv, local, stack } = options;
  const hasParts = header.length > 0 || body !== undefined || bodyFile !== undefined;
  if (options.request !== undefined) {
    refuseIf(file !== undefined || hasParts, '--request is whole: use it without FILE, --header and --body');
    refuseIf(local === undefined, '--request goes with --local: a stack logs no body and no signature');
    return;
  }
  refuseIf(file === undefined && !hasParts, 'name a captured request: FILE, -, or --header with --body');
  refuseIf(file !== undefined && hasParts, 'FILE holds headers and body: use it without --header and --body');
  refuseIf(body !== undefined && bodyFile !== undefined, 'use one of --body and --body-file');
  const sources = [secretFile, secretEnv, local, stack].filter((source) => source !== undefined);
  refuseIf(
    sources.length > 1,
    'the secret comes from one of --secret-file, --secret-env, --local and --stack',
  );
}

/** What `--at` names: epoch milliseconds, or the time of the capture itself. */
type At = number | 'capture';

/** @throws {UsageError} */
function parseAt(text: string): At {
  if (text === 'capture') return text;
  const number = /^\d{9,14}(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
  // The year 5138 in seconds, 1973 in milliseconds.
  const epochMs = number === undefined ? isoTime(text) : number < 100_000_000_000 ? number * 1000 : number;
  if (Number.isNaN(epochMs)) {
    throw new UsageError(
      '--at takes a time like 2026-11-24T12:00:00Z, epoch seconds or milliseconds, or capture',
    );
  }
  return epochMs;
}

/** With a zone: a time without one would mean another moment on each machine. */
function isoTime(text: string): number {
  return /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
}

function refuseIf(condition: boolean, message: string): void {
  if (condition) throw new UsageError(message);
}

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

/** API Gateway takes no larger request; in base64 and as JSON it is larger. */
const MAX_BYTES = 32 * 1024 * 1024;

/**
 * The request that file or options hold.
 *
 * @throws {CommandError} when it cannot be read
 * @throws {UsageError} when `--header` is no header
 */
async function captureOf(
  file: string | undefined,
  options: ExplainOptions,
  context: CommandContext,
  input: Readable,
): Promise<Capture> {
  const { header, body, bodyFile, request } = options;
  const { directory, signal } = context;
  if (request !== undefined) {
    const kept = await withTarget(options, context, (target) => keptRequest(target, request, signal));
    if (kept === undefined) throw new CommandError('the local run no longer keeps that request: events list');
    return kept;
  }
  if (file === '-') return readCapture(await bytesOfStream(addAbortSignal(signal, input)));
  if (file !== undefined) return readCapture(await readInput(resolve(directory, file)));
  return {
    format: 'flags',
    ...collectHeaders(header.map(headerOption)),
    body: bodyFile === undefined ? Buffer.from(body ?? '') : await readInput(resolve(directory, bodyFile)),
  };
}

function headerOption(text: string): readonly [string, string] {
  const header = headerOf(text);
  if (header === undefined) throw new UsageError('--header takes "name: value"');
  return header;
}

async function bytesOfStream(input: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of input) {
    const buffer = Buffer.from(piece);
    bytes += buffer.length;
    if (bytes > MAX_BYTES) throw new CommandError('standard input holds more than any request');
    pieces.push(buffer);
  }
  return Buffer.concat(pieces);
}

/**
 * The secrets to explain with, from where the options say; undefined when the question was answered with
 * Ctrl-C.
 *
 * @throws {UsageError} when there is nobody to ask
 * @throws {CommandError} when the place named holds none
 */
async function secretToExplainWith(
  options: ExplainOptions,
  context: CommandContext,
  streams: SecretStreams,
): Promise<string | undefined> {
  const { secretFile, secretEnv, local, stack } = options;
  if (secretFile !== undefined) {
    const path = resolve(context.directory, secretFile);
    return String(await readInput(path, 'name a readable file with --secret-file')).replace(/^\ufeff/, '');
  }
  if (secretEnv !== undefined) {
    const value = context.environment[secretEnv];
    if (value === undefined)
      throw new UsageError(`no environment variable ${secretEnv} is set (or exported)`);
    return value;
  }
  if (local !== undefined || stack !== undefined) {
    return withTarget(options, context, async (target) => {
      const value = await findStoredValue(target, context.signal);
      if (value === undefined) throw notStored(target);
      return value;
    });
  }
  if (streams.input.isTTY !== true) {
    throw new UsageError('name the secret: --secret-file, --secret-env, --local or --stack');
  }
  return askSecret(streams, 'Signing secret (whsec_...; several with spaces)', context.signal);
}
