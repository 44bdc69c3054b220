import type { TargetOptions } from '../../cli/target-option.ts';
import { UsageError } from '../../core/command-error.ts';

/** Options of `explain`, as commander parsed them. */
export interface ExplainOptions extends TargetOptions {
  readonly header: readonly string[];
  readonly body?: string;
  readonly bodyFile?: string;
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
export function checkExplainOptions(file: string | undefined, options: ExplainOptions): void {
  const { header, body, bodyFile, secretFile, secretEnv, local, stack } = options;
  const hasParts = header.length > 0 || body !== undefined || bodyFile !== undefined;
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
export type At = number | 'capture';

/** @throws {UsageError} */
export function parseAt(text: string): At {
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
