import type { TestEnvironment } from '../support/test-resources.ts';

/** What each suite creates, which is said before it is done. */
export const SUITE_NEEDS = {
  queue: { queuePairs: 13, usesTable: false },
  ledger: { queuePairs: 0, usesTable: true },
  pipeline: { queuePairs: 1, usesTable: true },
} as const;

export type SuiteName = keyof typeof SUITE_NEEDS;
export const SUITE_NAMES = Object.keys(SUITE_NEEDS) as readonly SuiteName[];

export interface Needs {
  readonly queues: number;
  readonly tables: number;
}

export function needsOf(suites: readonly SuiteName[]): Needs {
  const needs = suites.map((suite) => SUITE_NEEDS[suite]);
  return {
    queues: needs.reduce((sum, { queuePairs }) => sum + 2 * queuePairs, 0),
    tables: needs.some(({ usesTable }) => usesTable) ? 1 : 0,
  };
}

/** Holds suites to what they said: another pair of queues, or a table that none of them needs, is refused. */
export function holdToNeeds(environment: TestEnvironment, suites: readonly SuiteName[]): TestEnvironment {
  const { queues, tables } = needsOf(suites);
  let left = queues / 2;
  return {
    ...environment,
    async createQueuePair(options) {
      if (left === 0) throw new Error('a suite creates more queues than SUITE_NEEDS says');
      left -= 1;
      return environment.createQueuePair(options);
    },
    async createLedgerTable() {
      if (tables === 0) throw new Error('a suite creates a table that SUITE_NEEDS does not say');
      return environment.createLedgerTable();
    },
  };
}
