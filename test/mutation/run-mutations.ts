import { Baseline } from './baseline.ts';
import { isSimulated } from './catchers.ts';
import type { Mutation } from './mutation.ts';
import { type ProjectCopy, withCopies } from './project-copy.ts';
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
  await withCopies(options.signal, async ({ signal, create, all }) => {
    const unmutated = await create();
    const slots: ProjectCopy[] = [];
    while (slots.length < Math.min(PARALLEL, mutations.length)) slots.push(await create());
    const baseline = new Baseline(unmutated, signal, onStep);
    if (mutations.some(isSimulated)) await baseline.simulate(seeds);
    const waiting = [...mutations];
    await all(slots.map((slot) => tryAll(waiting, slot, baseline, { ...options, signal })));
  });
}

async function tryAll(waiting: Mutation[], copy: ProjectCopy, baseline: Baseline, options: RunOptions) {
  const { signal, onVerdict } = options;
  for (let next = waiting.shift(); next !== undefined && !signal.aborted; next = waiting.shift()) {
    const verdict = await tryMutation(next, copy, baseline, options);
    // Ended in the middle: what was seen by then says nothing.
    if (!signal.aborted) onVerdict(verdict);
  }
}
