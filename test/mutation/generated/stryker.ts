import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CommandError } from '../../../operator/core/command-error.ts';
import { PROJECT, type ProjectCopy } from '../project-copy.ts';
import { runNode } from '../run-process.ts';

/** Stryker has a package of its own: `npm ci` of the project does not install it. */
const PACKAGE = path.join(PROJECT, 'test/mutation');
const STRYKER = path.join(PACKAGE, 'node_modules/@stryker-mutator');
/** A file's unmutated run of its suites, or one mutant that they let run, says nothing for as long as this. */
const SILENCE_MS = 300_000;

/** One generated mutant, as Stryker tells it; positions count from 1. */
export interface Mutant {
  readonly mutatorName: string;
  readonly replacement: string;
  readonly status: string;
  readonly location: {
    readonly start: { readonly line: number; readonly column: number };
    readonly end: { readonly line: number; readonly column: number };
  };
}

export interface StrykerOptions {
  readonly copy: ProjectCopy;
  /** From the project's root. */
  readonly file: string;
  readonly suites: readonly string[];
  /** The suites import it. */
  readonly isLoaded: boolean;
  /** Where Stryker keeps what it knows of the file's mutants: those that a test killed are not tried again. */
  readonly memory: string;
  /** Tries even those again. */
  readonly fresh: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** @throws {CommandError} with the command that installs it */
export function requireStryker(): void {
  if (existsSync(path.join(STRYKER, 'core'))) return;
  throw new CommandError(
    'the generator of mutations is not installed: npm ci --prefix test/mutation, or --own for those of this project alone',
  );
}

/**
 * Tries all mutants of one file in a copy.
 *
 * @returns undefined when the signal ended it
 * @throws {CommandError} when Stryker failed: a suite is red without any mutation, most likely
 */
export async function tryMutants(options: StrykerOptions): Promise<readonly Mutant[] | undefined> {
  const { copy, file, suites, memory, fresh, signal, onProgress } = options;
  const report = path.join(copy.temporary, 'mutants.json');
  const settings = path.join(copy.root, 'stryker.config.json');
  await mkdir(path.dirname(memory), { recursive: true });
  await rm(report, { force: true });
  if (fresh) await rm(memory, { force: true });
  await forgetSurvivors(memory);
  await writeFile(settings, JSON.stringify(configuration(options, report)));
  const complaints: string[] = [];
  // Nothing but types: there is no report then.
  let isEmpty = false;
  const end = await runNode([path.join(STRYKER, 'core/bin/stryker.js'), 'run', settings], {
    copy,
    signal,
    silenceMs: SILENCE_MS,
    environment: { MUTATION_SUITES: JSON.stringify(suites) },
    onLine(line) {
      isEmpty ||= / with 0 mutant\(s\)/.test(line);
      if (complaints.length > 0 || / ERROR /.test(line)) complaints.push(line);
      if (/^\d+ of \d+ mutants/.test(line)) onProgress(line);
    },
  });
  if (signal.aborted) return undefined;
  const text = await readFile(report, 'utf8').catch(() => undefined);
  if (text === undefined && isEmpty) return [];
  // Nothing of it runs in them: what follows them is asked.
  if (options.isLoaded && complaints.some((line) => line.includes('No tests were executed'))) {
    return tryMutants({ ...options, isLoaded: false });
  }
  if (text === undefined) {
    const said = complaints.length > 0 ? complaints.slice(0, 12).join('\n') : end.errorText.trim();
    throw new CommandError(`Stryker failed on ${file}:\n${said}`);
  }
  return JSON.parse(text).files[file]?.mutants ?? [];
}

/** Stryker does not see that a new test reaches what runs while a file loads. */
async function forgetSurvivors(memory: string): Promise<void> {
  const text = await readFile(memory, 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const known: { files: Record<string, { mutants: Mutant[] }> } = JSON.parse(text);
  for (const each of Object.values(known.files)) {
    each.mutants = each.mutants.filter(({ status }) => status !== 'Survived');
  }
  await writeFile(memory, JSON.stringify(known));
}

function configuration({ file, isLoaded, memory }: StrykerOptions, report: string) {
  return {
    mutate: [file],
    // The copy is the sandbox.
    inPlace: true,
    testRunner: 'jest',
    plugins: [
      path.join(STRYKER, 'jest-runner/dist/src/index.js'),
      path.join(PACKAGE, 'generated/stryker-plugins.js'),
    ],
    ignorers: ['log-fields'],
    // Names, messages and SQL: the hand-written mutations have those that matter.
    mutator: { excludedMutations: ['StringLiteral'] },
    jest: {
      configFile: 'test/mutation/generated/jest.config.js',
      enableFindRelatedTests: isLoaded,
    },
    testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
    // TypeScript 7 has no API that Stryker could rewrite its configuration with.
    tsconfigFile: 'none.json',
    // The stack is synthesised by a process of its own, where nobody counts what a test reaches.
    coverageAnalysis: file.startsWith('lib/') ? 'off' : 'perTest',
    concurrency: 1,
    // jest in one process keeps the modules of each run.
    maxTestRunnerReuse: 25,
    // What does not come to its end counts as seen: on a busy machine it must not be slowness.
    timeoutMS: 15_000,
    timeoutFactor: 2,
    incremental: true,
    incrementalFile: memory,
    reporters: ['json', 'lines'],
    jsonReporter: { fileName: report },
    tempDirName: '.local/stryker',
    allowConsoleColors: false,
  };
}
