import { FAULTS, type Fault } from './faults.ts';
import { START_MS, settingsOf } from './settings.ts';
import { simulateSeed } from './simulate-seed.ts';

/** What to leave out of a seed's run so that it still fails, and fails in the same check. */
export interface Shrunk {
  readonly events: number;
  readonly without: readonly Fault[];
}

/** Leaves out faults, then events, one after the other, as long as the same check fails. */
export async function shrink(seed: number, check: string): Promise<Shrunk> {
  const settings = settingsOf(seed);
  let found: Shrunk = { events: settings.events, without: [] };
  const stillFails = async (candidate: Shrunk) => {
    const { journal } = await simulateSeed(seed, candidate);
    return journal.violations.some((violation) => violation.check === check);
  };
  for (const fault of FAULTS.filter((each) => settings.faults[each] !== undefined)) {
    const candidate = { ...found, without: [...found.without, fault] };
    if (await stillFails(candidate)) found = candidate;
  }
  for (let events = 1; events < found.events; events++) {
    const candidate = { ...found, events };
    if (await stillFails(candidate)) found = candidate;
  }
  return found;
}

export function replayCommand(seed: number, { events, without }: Shrunk): string {
  const left = without.length === 0 ? '' : ` --without ${without.join(',')}`;
  return `npm run simulate -- --seed ${seed} --events ${events}${left}`;
}

const MAXIMUM_LINES = 60;
const MAXIMUM_WIDTH = 300;

/** The part of a run that has to do with its first violation of the check. */
export async function traceOf(seed: number, check: string, shrunk: Shrunk): Promise<string> {
  const { journal } = await simulateSeed(seed, { ...shrunk, keepsLines: true });
  const eventId = journal.violations.find((violation) => violation.check === check)?.eventId;
  const lines = journal.lines
    .filter((line) => line.eventId === eventId)
    .map(
      ({ atMs, text }) =>
        `${((atMs - START_MS) / 1_000).toFixed(3).padStart(12)} s  ${text.slice(0, MAXIMUM_WIDTH)}`,
    );
  const end = lines.findIndex((line) => line.includes(`VIOLATED ${check}`)) + 1;
  const shown = lines.slice(Math.max(0, end - MAXIMUM_LINES), end);
  return [...(shown.length < end ? [`  ... ${end - shown.length} lines before`] : []), ...shown].join('\n');
}
