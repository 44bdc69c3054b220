import { SUITE_NAMES, type SuiteName } from '../suites/suite-needs.ts';

/** What the process of the suites is told by the one that starts it. */
export interface RunContext {
  /** The endpoint that `--yes` has named. */
  readonly endpoint: string;
  /** Every resource is called something below it. */
  readonly runPrefix: string;
  readonly journalFile: string;
  readonly suites: readonly SuiteName[];
}

const VARIABLE = 'SUPAGLUE_WEBHOOKS_TEST_ENDPOINT';

export function toVariable(context: RunContext): Readonly<Record<string, string>> {
  return { [VARIABLE]: JSON.stringify(context) };
}

/** @throws {Error} outside of such a run: the suites create resources, so they never start by accident */
export function fromVariable(environment: Readonly<Record<string, string | undefined>>): RunContext {
  const text = environment[VARIABLE];
  if (text === undefined) throw new Error('start the suites with npm run test:endpoint');
  return JSON.parse(text);
}

export function isSuiteName(name: string): name is SuiteName {
  return (SUITE_NAMES as readonly string[]).includes(name);
}
