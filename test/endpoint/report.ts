import { stripVTControlCharacters } from 'node:util';
import { safeText } from '../../local/safe-text.ts';
import { counted } from '../../operator/cli/command-text.ts';
import { plainTable } from '../../operator/cli/table.ts';
import { toCommandError } from '../../operator/core/error-line.ts';
import type { Resource } from './journal.ts';
import type { Removal } from './remove.ts';
import type { TestOutcome } from './run-suites.ts';

const FAILURE_LINES = 12;

/** What a run did, as `--json` prints it. Times in milliseconds. */
export interface RunReport {
  readonly endpoint: string;
  readonly passed: number;
  readonly failed: number;
  readonly duration_ms: number;
  readonly tests: readonly {
    readonly suite: string;
    readonly test: string;
    readonly status: string;
    readonly duration_ms: number;
    readonly failures?: readonly string[];
  }[];
  readonly created: readonly Resource[];
  readonly removed: readonly Resource[];
  readonly left: readonly Resource[];
}

export function toReport(
  endpoint: string,
  tests: readonly TestOutcome[],
  removals: readonly Removal[],
  durationMs: number,
): RunReport {
  const of = (...outcomes: Removal['outcome'][]) =>
    removals.filter(({ outcome }) => outcomes.includes(outcome)).map(({ resource }) => resource);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  return {
    endpoint,
    passed,
    failed: tests.length - passed,
    duration_ms: Math.round(durationMs),
    tests: tests.map(({ path: [suite = '', ...rest], status, durationMs, failureMessages }) => ({
      suite,
      test: rest.join(' > '),
      status,
      duration_ms: durationMs,
      ...(failureMessages.length === 0 ? {} : { failures: failureMessages.map(stripVTControlCharacters) }),
    })),
    created: of('removed', 'left'),
    removed: of('removed'),
    left: of('left'),
  };
}

/** A test that failed, with the first lines of why. */
export function failureText({ path, failureMessages }: TestOutcome): string {
  const lines = failureMessages
    .flatMap((message) => stripVTControlCharacters(message).split('\n'))
    .slice(0, FAILURE_LINES);
  return [`FAILED ${safeText(path.join(' > '))}`, ...lines.map((line) => `  ${safeText(line)}`)].join('\n');
}

/** A line for each suite. */
export function suitesTable({ tests }: RunReport): string {
  const suites = [...new Set(tests.map(({ suite }) => suite))];
  return plainTable({
    head: ['suite', 'passed', 'failed', 'seconds'],
    widths: [54, 8, 8, 10],
    alignments: ['left', 'right', 'right', 'right'],
    rows: suites.map((suite) => {
      const own = tests.filter((test) => test.suite === suite);
      const passed = own.filter(({ status }) => status === 'passed').length;
      const durationMs = own.reduce((sum, { duration_ms }) => sum + duration_ms, 0);
      return [safeText(suite), String(passed), String(own.length - passed), (durationMs / 1_000).toFixed(1)];
    }),
  });
}

/** `10 queues and 1 table`. */
export function resourcesText(queues: number, tables: number): string {
  const parts = [
    ...(queues > 0 ? [counted(queues, 'queue')] : []),
    ...(tables > 0 ? [counted(tables, 'table')] : []),
  ];
  return parts.length === 0 ? 'nothing' : parts.join(' and ');
}

export function countText(resources: readonly Resource[]): string {
  const count = (kind: Resource['kind']) => resources.filter((resource) => resource.kind === kind).length;
  return resourcesText(count('queue'), count('table'));
}

/** What is left, and the command that deletes it. */
export function leftText({ resource: { kind, name }, error }: Removal): string {
  const reason = error === undefined ? '' : ` (${toCommandError(error).message})`;
  return `LEFT ${kind} ${name}${reason}; ${deleteCommand({ kind, name })}`;
}

export function deleteCommand({ kind, name }: Resource): string {
  return kind === 'table'
    ? `aws dynamodb delete-table --table-name ${name}`
    : `aws sqs delete-queue --queue-url "$(aws sqs get-queue-url --queue-name ${name} --output text)"`;
}
