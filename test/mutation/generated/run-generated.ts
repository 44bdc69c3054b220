import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Baseline } from '../baseline.ts';
import { generatedCatchers } from '../catchers.ts';
import { PROJECT, type ProjectCopy, withCopies } from '../project-copy.ts';
import { catchBySimulation } from '../simulation-catcher.ts';
import { catchBySuites } from '../suite-catcher.ts';
import { type GeneratedVerdict, mutatedSource, verdictOf } from './file-result.ts';
import { requireStryker, tryMutants } from './stryker.ts';

/** Every mistake in the pipeline shows within so many, where the simulation can see it. */
const SEEDS = 60;
/** What is known of each file: a run that was ended goes on where it was. */
const MEMORY = path.join(PROJECT, '.test-results/mutants');

export interface GeneratedOptions {
  readonly files: readonly string[];
  /** Files at a time: one takes a core. */
  readonly parallel: number;
  /** Forgets what earlier runs found. */
  readonly fresh: boolean;
  readonly signal: AbortSignal;
  readonly onStep: (text: string) => void;
  readonly onFile: (file: string, verdicts: readonly GeneratedVerdict[]) => void;
}

/**
 * Tries the generated mutants of files, in their order: quick suites first, then, for those that
 * survive, the simulation and what else belongs to the file. Files that did not come to their end before the signal
 * are not reported.
 *
 * @throws {CommandError} when the generator is not installed, or a suite is red without any mutation
 */
export async function runGenerated(options: GeneratedOptions): Promise<void> {
  const { files, parallel, onStep } = options;
  if (files.length === 0) return;
  requireStryker();
  const waiting = [...files];
  await withCopies(options.signal, async ({ signal, create, all }) => {
    const work = async () => {
      const copy = await create();
      const baseline = new Baseline(copy, signal, onStep);
      for (let file = waiting.shift(); file !== undefined && !signal.aborted; file = waiting.shift()) {
        onStep(`${file}, ${waiting.length} files are left`);
        const verdicts = await tryFile(file, copy, baseline, { ...options, signal });
        if (verdicts !== undefined) options.onFile(file, verdicts);
      }
    };
    await all(Array.from({ length: Math.min(parallel, files.length) }, work));
  });
}

async function tryFile(
  file: string,
  copy: ProjectCopy,
  baseline: Baseline,
  { fresh, signal, onStep }: GeneratedOptions,
): Promise<readonly GeneratedVerdict[] | undefined> {
  const known = path.join(MEMORY, `${file}.json`);
  const { quick, further, isLoaded } = generatedCatchers(file);
  const key = keyOf(copy, file, [...quick, ...further]);
  const earlier = fresh ? undefined : readJson<{ key: string; verdicts: GeneratedVerdict[] }>(known);
  if (earlier?.key === key) return earlier.verdicts;
  const source = copy.read(file);
  const mutants = await tryMutants({
    copy,
    file,
    suites: quick,
    isLoaded,
    memory: path.join(MEMORY, `${file}.stryker.json`),
    fresh,
    signal,
    onProgress: (text) => onStep(`${file}: ${text}`),
  });
  const verdicts: GeneratedVerdict[] = [];
  for (const mutant of mutants ?? []) {
    if (mutant.status === 'Ignored') continue;
    const verdict = verdictOf(file, source, mutant);
    if (verdict.caughtBy === undefined) {
      // The generator has seen the quick ones pass, nobody these: red anyway, they would see every mutant.
      if (further.length > 0) await baseline.passes(further);
      onStep(`${file}:${verdict.lineNumber}: a survivor of the quick suites`);
      verdicts.push(await askFurther(verdict, mutatedSource(source, mutant), source, copy, signal));
    } else verdicts.push(verdict);
  }
  if (signal.aborted) return undefined;
  mkdirSync(path.dirname(known), { recursive: true });
  writeFileSync(known, JSON.stringify({ key, verdicts }, undefined, 1));
  return verdicts;
}

async function askFurther(
  verdict: GeneratedVerdict,
  mutated: string,
  source: string,
  copy: ProjectCopy,
  signal: AbortSignal,
): Promise<GeneratedVerdict> {
  const { file } = verdict;
  const { isSimulated, further } = generatedCatchers(file);
  const target = path.join(copy.root, file);
  writeFileSync(target, mutated);
  try {
    const check = isSimulated ? (await catchBySimulation({ copy, seeds: SEEDS, signal })).check : undefined;
    const caughtBy =
      check ?? (further.length === 0 ? undefined : await catchBySuites({ copy, suites: further, signal }));
    return caughtBy === undefined ? verdict : { ...verdict, caughtBy };
  } finally {
    writeFileSync(target, source);
  }
}

/** Another one when the file or its suites are others. */
function keyOf(copy: ProjectCopy, file: string, suites: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of [file, ...suites.flatMap((suite) => sourcesOf(copy, suite))])
    hash.update(copy.read(text));
  return hash.digest('hex');
}

function sourcesOf({ root }: ProjectCopy, suite: string): readonly string[] {
  if (suite.endsWith('.ts')) return [suite];
  const names = readdirSync(path.join(root, suite), { recursive: true, encoding: 'utf8' }).sort();
  return names.filter((name) => name.endsWith('.ts')).map((name) => path.join(suite, name));
}

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
