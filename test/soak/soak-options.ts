import type { Command } from 'commander';
import { numberOption } from '../../local/number-option.ts';
import type { SoakSettings } from './run-soak.ts';

/** As commander parses the command line. */
export interface SoakOptions {
  readonly minutes: number;
  readonly rate: number;
  readonly seed: number;
  /** Seconds. */
  readonly killEvery: number;
  /** Per cent. */
  readonly drop: number;
  readonly json?: true;
}

/** Seven seconds for the handlers; the lease of a killed attempt ends 17 s after its start. */
const CONSUMER_TIMEOUT_SECONDS = 12;
const SLOWEST_MS = 1_200;
const MAX_ATTEMPTS = 8;
const BACKOFF_CAP_SECONDS = 2;

export function addSoakOptions(program: Command): Command {
  return program
    .description(
      'Runs the stack on this machine under steady load, kills workers and drops answers of SQS and DynamoDB, and balances the accounts at the end: every accepted event COMPLETED or dead-lettered with its reason, every extra run of a handler explained, memory and handles flat. Exit code 0 only then. Ctrl-C ends the load early; a second one gives up.',
    )
    .option('--minutes <n>', 'how long to send', numberOption({ minimum: 0.05, maximum: 10_080 }), 1)
    .option('--rate <n>', 'events a second', numberOption({ minimum: 0.1, maximum: 1_000 }), 20)
    .option(
      '--seed <n>',
      'of load and faults',
      numberOption({ minimum: 0, maximum: 1_000_000, whole: true }),
      1,
    )
    .option(
      '--kill-every <seconds>',
      'a worker is killed that often on average; 0: none is',
      numberOption({ minimum: 0, maximum: 3_600 }),
      3,
    )
    .option(
      '--drop <percent>',
      "share of the functions' calls to SQS and DynamoDB that fail",
      numberOption({ minimum: 0, maximum: 50 }),
      3,
    )
    .option('--json', 'the result as one JSON object')
    .addHelpText(
      'after',
      '\nExamples:\n  $ npm run soak -- --minutes 10\n  $ npm run soak -- --minutes 2 --rate 5 --kill-every 1 --drop 10\n  $ npm run --silent soak -- --seed 7 --json',
    );
}

export function settingsOf({ minutes, rate, seed, killEvery, drop }: SoakOptions): SoakSettings {
  return {
    seed,
    loadMs: minutes * 60_000,
    rate,
    ...(killEvery === 0 ? {} : { killEveryMs: killEvery * 1_000 }),
    dropShare: drop / 100,
    maxAttempts: MAX_ATTEMPTS,
    backoffCapSeconds: BACKOFF_CAP_SECONDS,
    slowestMs: SLOWEST_MS,
    clocks: { consumerTimeoutSeconds: CONSUMER_TIMEOUT_SECONDS },
  };
}
