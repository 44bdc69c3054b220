import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { CommandError } from '../../operator/core/command-error.ts';
import type { ProjectCopy } from './project-copy.ts';
import { runNode } from './run-process.ts';

export interface SuiteOptions {
  readonly copy: ProjectCopy;
  /** Test paths from the project's root. */
  readonly suites: readonly string[];
  readonly signal: AbortSignal;
}

/** The part of jest's own report that is read. */
interface JestReport {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

const REPORT = 'mutation-report.json';
/** A mutated test may wait for what never comes. */
const TEST_TIMEOUT_MS = 20_000;
const SILENCE_MS = 180_000;

/**
 * Runs jest suites of a tree.
 *
 * @returns the first failing test's name; undefined when all passed
 * @throws {CommandError} when no test ran
 */
export async function catchBySuites({ copy, suites, signal }: SuiteOptions): Promise<string | undefined> {
  const report = path.join(copy.root, REPORT);
  await rm(report, { force: true });
  const end = await runNode(
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      '--runInBand',
      `--cacheDirectory=${path.join(copy.temporary, 'jest')}`,
      `--testTimeout=${TEST_TIMEOUT_MS}`,
      '--json',
      `--outputFile=${REPORT}`,
      ...suites.map((suite) => path.join(copy.root, suite)),
    ],
    { copy, signal, silenceMs: SILENCE_MS },
  );
  if (signal.aborted) return undefined;
  if (end.timedOut) return `${suites.join(', ')}: never ended`;
  const found = await readFile(report, 'utf8').catch(() => undefined);
  if (found === undefined) throw new CommandError(`jest wrote no report: ${end.errorText.trim()}`);
  return firstFailure(JSON.parse(found) as JestReport, copy.root);
}

function firstFailure({ numPassedTests, testResults }: JestReport, directory: string): string | undefined {
  for (const { name, status, message, assertionResults } of testResults) {
    const file = path.relative(directory, name);
    const failed = assertionResults.find((test) => test.status === 'failed');
    if (failed !== undefined) return `${file}: ${failed.fullName}`;
    if (status === 'failed') throw new CommandError(`${file} did not run: ${message}`);
  }
  if (numPassedTests === 0) throw new CommandError('no test ran');
  return undefined;
}
