import type { StopReason } from '../contract/reconcile.ts';
import { type ConnectionOf, SUPAGLUE_KEY_REFUSED, type SupaglueApi } from '../database/supaglue/api.ts';
import { NonRetryableError, RetryAfterError } from '../router/errors.ts';

/** The run ends here; what it has listed until now counts. */
export class StopError extends Error {
  override readonly name = 'StopError';
  readonly reason: StopReason;

  constructor(reason: StopReason) {
    super(reason);
    this.reason = reason;
  }
}

export interface CallBudget {
  readonly api: SupaglueApi;
  readonly maximumCalls: number;
  /** Nothing is asked after this. Epoch milliseconds. */
  readonly untilMs: number;
  nowMs(): number;
  sleep(ms: number): Promise<void>;
}

/** Supaglue fails for everybody, not for one customer. */
const MAX_FAILURES = 10;

/** The calls of one run. */
export class Calls {
  made = 0;
  #failures = 0;
  readonly #budget: CallBudget;

  constructor(budget: CallBudget) {
    this.#budget = budget;
  }

  /**
   * @returns `refused` and `failed` are answers too: they tell nothing of what is there
   * @throws {StopError} when the run must end
   */
  async answerTo(path: string, of?: ConnectionOf): Promise<unknown> {
    const { api, maximumCalls, untilMs, nowMs, sleep } = this.#budget;
    for (;;) {
      if (this.made >= maximumCalls) throw new StopError('calls-used-up');
      const leftMs = untilMs - nowMs();
      if (leftMs <= 0) throw new StopError('time-is-up');
      this.made++;
      try {
        const signal = AbortSignal.timeout(leftMs);
        return await api({ what: 'a question of the comparison', path, ...(of && { of }), signal });
      } catch (error) {
        if (error instanceof NonRetryableError) return 'refused';
        if (Object(error).code === SUPAGLUE_KEY_REFUSED) throw new StopError('key-refused');
        if (!(error instanceof RetryAfterError)) {
          if (++this.#failures >= MAX_FAILURES) throw new StopError('supaglue-fails');
          return 'failed';
        }
        if (nowMs() + error.seconds * 1000 >= untilMs) throw new StopError('rate-limited');
        await sleep(error.seconds * 1000);
      }
    }
  }
}
