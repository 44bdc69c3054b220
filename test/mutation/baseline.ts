import { CommandError } from '../../operator/core/command-error.ts';
import type { ProjectCopy } from './project-copy.ts';
import { catchBySimulation } from './simulation-catcher.ts';
import { catchBySuites } from './suite-catcher.ts';

/** A catcher is red before anything is mutated: its verdicts would mean nothing. */
export class BaselineError extends CommandError {
  override readonly name = 'BaselineError';
}

/** The catchers on the tree as it is. */
export class Baseline {
  readonly #copy: ProjectCopy;
  readonly #signal: AbortSignal;
  readonly #onStep: (text: string) => void;
  readonly #suites = new Map<string, Promise<void>>();
  /** One run of jest at a time in the one copy. */
  #last: Promise<void> = Promise.resolve();

  constructor(copy: ProjectCopy, signal: AbortSignal, onStep: (text: string) => void) {
    this.#copy = copy;
    this.#signal = signal;
    this.#onStep = onStep;
  }

  /** @throws {BaselineError} */
  async simulate(seeds: number): Promise<void> {
    this.#onStep(`unmutated: ${seeds} seeds of the simulation`);
    const { check, seedsNeeded } = await catchBySimulation({ copy: this.#copy, seeds, signal: this.#signal });
    if (check === undefined) return;
    throw new BaselineError(
      `without any mutation ${check} is red: mend it first, npm run simulate -- --seed ${seedsNeeded}`,
    );
  }

  /**
   * Runs the suites once, however often it is asked.
   *
   * @throws {BaselineError}
   */
  passes(suites: readonly string[]): Promise<void> {
    const key = suites.join(' ');
    const known = this.#suites.get(key);
    if (known !== undefined) return known;
    const run = this.#last.catch(() => undefined).then(() => this.#run(suites));
    this.#suites.set(key, run);
    this.#last = run;
    return run;
  }

  async #run(suites: readonly string[]): Promise<void> {
    this.#onStep(`unmutated: ${suites.join(', ')}`);
    const failed = await catchBySuites({ copy: this.#copy, suites, signal: this.#signal });
    if (failed !== undefined) throw new BaselineError(`without any mutation a test fails: ${failed}`);
  }
}
