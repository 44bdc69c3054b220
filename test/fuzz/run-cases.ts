import { setImmediate } from 'node:timers/promises';
import { judge } from './judge.ts';
import { makeCase } from './make-case.ts';
import { addJudgement, MAX_FAILURES, newTotals, type Totals } from './totals.ts';

/** Between two looks at whether to stop. */
const CHUNK_CASES = 250;

export interface Job {
  readonly seed: number;
  /** Address of the first case; the next is `stride` further. */
  readonly first: number;
  readonly stride: number;
  /** How many at most. */
  readonly cases: number;
}

/** Runs until the cases are through, `isStopped` says so, or too many have failed. */
export async function runCases(
  { seed, first, stride, cases }: Job,
  isStopped: () => boolean = () => false,
  onProgress: (totals: Totals) => void = () => undefined,
): Promise<Totals> {
  const totals = newTotals();
  for (let done = 0; done < cases && totals.failed < MAX_FAILURES; done++) {
    if (done % CHUNK_CASES === 0 && done > 0) {
      onProgress(totals);
      // Lets messages and timers in: nothing else here waits for more than a microtask.
      await setImmediate();
      if (isStopped()) break;
    }
    const index = first + done * stride;
    const made = makeCase({ seed, index });
    addJudgement(totals, index, made, await judge(made.given));
  }
  return totals;
}
