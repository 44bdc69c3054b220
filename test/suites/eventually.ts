import { setTimeout as delay } from 'node:timers/promises';

/** For what AWS makes visible in its own time: an index, a move, a message back from its timeout. */
export const PATIENCE_MS = 45_000;

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;

/** Looks again until `probe` gives something; rejects with what `describe` says after `withinMs`. */
export async function eventually<Found>(
  probe: () => Promise<Found | undefined>,
  describe: () => string,
  withinMs = PATIENCE_MS,
): Promise<Found> {
  const endsAtMs = performance.now() + withinMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > endsAtMs) throw new Error(`not within ${withinMs} ms: ${describe()}`);
    await delay(pauseMs);
  }
}
