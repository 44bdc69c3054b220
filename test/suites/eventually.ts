import { setTimeout as delay } from 'node:timers/promises';
import { patienceMs } from '../support/slowness.js';

/** For what AWS makes visible in its own time: an index, a move, a message back from its timeout. */
export const PATIENCE_MS = 45_000;

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

/** Looks again until `probe` gives something; rejects with what `describe` says after `withinMs`, longer on a busy machine. */
export async function eventually<Found>(
  probe: () => Promise<Found | undefined>,
  describe: () => string,
  withinMs = PATIENCE_MS,
): Promise<Found> {
  const startedMs = performance.now();
  const isOver = () =>
    performance.now() > startedMs + withinMs && performance.now() > startedMs + patienceMs(withinMs);
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    const found = await probe();
    if (found !== undefined) return found;
    if (isOver()) throw new Error(`not within ${withinMs} ms: ${describe()}`);
    await delay(pauseMs);
  }
}
