import process from 'node:process';
import { Baseline } from './baseline.ts';
import { isSimulated } from './catchers.ts';
import type { Mutation } from './mutation.ts';
import { ProjectCopy } from './project-copy.ts';
import { tryMutation, type Verdict } from './try-mutation.ts';

/** Of two cores; the simulation uses one each. */
const PARALLEL = 2;

export interface RunOptions {
  readonly mutations: readonly Mutation[];
  /** At most so many are simulated for each mutation. */
  readonly seeds: number;
  readonly allCatchers: boolean;
  readonly signal: AbortSignal;
  readonly onStep: (text: string) => void;
  readonly onVerdict: (verdict: Verdict) => void;
}

/**
 * Tries mutations one by one, two at a time, in throw-away copies. After an abort, those that were not decided are
 * left out.
 *
 * @throws {BaselineError} when a catcher is red before anything is mutated
 */
export async function runMutations(options: RunOptions): Promise<void> {
  const { mutations, seeds, onStep } = options;
  const copies: ProjectCopy[] = [];
  const removeNow = () => {
    for (const copy of copies) copy.removeNow();
  };
  process.on('exit', removeNow);
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  try {
    for (let index = 0; index <= Math.min(PARALLEL, mutations.length); index++) {
      copies.push(await ProjectCopy.create());
    }
    const [unmutated, ...slots] = copies;
    if (unmutated === undefined) return;
    const baseline = new Baseline(unmutated, signal, onStep);
    if (mutations.some(isSimulated)) await baseline.simulate(seeds);
    const waiting = [...mutations];
    const ends = await Promise.allSettled(
      slots.map((slot) =>
        tryAll(waiting, slot, baseline, { ...options, signal }).catch((error: unknown) => {
          failed.abort();
          throw error;
        }),
      ),
    );
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  } finally {
    process.off('exit', removeNow);
    await Promise.all(copies.map((copy) => copy.remove()));
  }
}

async function tryAll(waiting: Mutation[], copy: ProjectCopy, baseline: Baseline, options: RunOptions) {
  const { signal, onVerdict } = options;
  for (let next = waiting.shift(); next !== undefined && !signal.aborted; next = waiting.shift()) {
    const verdict = await tryMutation(next, copy, baseline, options);
    // Ended in the middle: what was seen by then says nothing.
    if (!signal.aborted) onVerdict(verdict);
  }
}
