import type { RecordedFailure } from '../ledger/record.ts';
import { clean } from './error-report.ts';

/**
 * As JSON. An item over 1 KB costs two write units: three failures of this size fit, beside all else that a retrying
 * event's item holds. What is cut is whole in the log, and on the dead letter of the attempt that it ends.
 */
const MAX_BYTES = 560;
/** Characters of each text, and frames of the stack, from whole to what three failures fit in whatever they say. */
const CUTS = [
  { name: 100, message: 500, frames: 6 },
  { name: 100, message: 200, frames: 1 },
  { name: 40, message: 60, frames: 1 },
  { name: 40, message: 100, frames: 0 },
  { name: 24, message: 40, frames: 0 },
  { name: 24, message: 20, frames: 0 },
] as const;
const SMALLEST = CUTS[5];

/** What the ledger keeps of failures that are retried. */
export function boundedFailures(failures: readonly RecordedFailure[]): readonly RecordedFailure[] {
  const fits = (cut: Cut) => Buffer.byteLength(JSON.stringify(failures.map(cutTo(cut)))) <= MAX_BYTES;
  return failures.map(cutTo(CUTS.find(fits) ?? SMALLEST));
}

type Cut = (typeof CUTS)[number];

const cutTo =
  ({ name, message, frames }: Cut) =>
  ({ stack, code, ...failure }: RecordedFailure): RecordedFailure => {
    const kept = frames === 1 ? userFrame(stack) : frames === 0 ? undefined : stack;
    return {
      ...failure,
      error: clean(failure.error, name),
      message: clean(failure.message, message),
      ...(code === undefined ? {} : { code: clean(code, name) }),
      ...(kept === undefined ? {} : { stack: kept }),
    };
  };

function userFrame(stack: string | undefined): string | undefined {
  const lines = stack?.split('\n') ?? [];
  return lines.find((line) => !line.includes('/node_modules/')) ?? lines[0];
}
