import type { WriteResult } from '../ledger/ledger.ts';
import { isTransient } from '../runtime/transient-error.ts';
import type { Clock } from './clock.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * Repeats a final write until it is answered or the time is up: what it records has happened already.
 * Repeating is safe, since each is conditioned on the owner and sets, never adds.
 *
 * @throws the last error, when the time is up or the table refuses the request itself
 */
export async function persist(
  write: (nowMs: number) => Promise<WriteResult>,
  { clock, untilMs }: { readonly clock: Clock; readonly untilMs: number },
): Promise<WriteResult> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    try {
      return await write(clock.nowMs());
    } catch (error) {
      if (!isTransient(error) || clock.nowMs() + pauseMs >= untilMs) throw error;
      await clock.sleep(pauseMs);
    }
  }
}
