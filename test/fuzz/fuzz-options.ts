import type { Command } from 'commander';
import { numberOption } from '../../local/number-option.ts';
import { UsageError } from '../../operator/core/command-error.ts';
import type { FuzzSettings } from './run-fuzz.ts';

export interface FuzzOptions {
  readonly cases?: number;
  readonly seconds?: number;
  readonly seed: number;
  readonly case?: number;
  readonly asymmetric?: true;
  readonly json?: true;
}

const DEFAULT_CASES = 2_000_000;
const DEFAULT_SEED = 1;
const MAX_CASES = 1_000_000_000;
/** The generator's seeds are whole numbers of 32 bits. */
const MAX_SEED = 0xffff_ffff;

const EXAMPLES = `
Examples:
  $ npm run fuzz
  $ npm run fuzz -- --cases 100000 --seed 7
  $ npm run fuzz -- --seconds 3600
  $ npm run fuzz -- --seed 7 --case 1234
  $ npm run fuzz -- --asymmetric --cases 200000
  $ npm run --silent fuzz -- --cases 100000 --json`;

export function addFuzzOptions(program: Command): Command {
  const whole = (minimum: number, maximum: number) => numberOption({ minimum, maximum, whole: true });
  return program
    .description(
      "Sends seeded, mutated requests to this project's verification and to those of svix and standardwebhooks, on one clock. Exit code 0 only when every disagreement is on the list of explained ones.",
    )
    .option(
      '--cases <n>',
      `how many requests (default: ${DEFAULT_CASES}, or no limit with --seconds)`,
      whole(1, MAX_CASES),
    )
    .option('--seconds <n>', 'how long at most', whole(1, 30 * 86_400))
    .option('--seed <n>', 'what all chance is drawn from', whole(0, MAX_SEED), DEFAULT_SEED)
    .option('--case <n>', 'shows this one case of the seed, and runs nothing else', whole(0, MAX_CASES))
    .option('--asymmetric', 'changes requests signed with a private key (v1a): none may be accepted')
    .option('--json', 'the result as one JSON object')
    .addHelpText('after', EXAMPLES);
}

/** @throws {UsageError} when one case is wanted together with the length of a run */
export function settingsOf(options: FuzzOptions): FuzzSettings {
  const { cases, seconds, seed } = options;
  if (options.case !== undefined && (cases !== undefined || seconds !== undefined)) {
    throw new UsageError('--case shows one case: leave --cases and --seconds out');
  }
  return {
    seed,
    cases: cases ?? (seconds === undefined ? DEFAULT_CASES : Number.POSITIVE_INFINITY),
    ...(seconds === undefined ? {} : { limitMs: seconds * 1_000 }),
  };
}
