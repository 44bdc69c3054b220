/** A revoked value is used for this long at most. */
export const SECRET_MAX_AGE_MS = 5 * 60_000;
/** After a refusal of the value, it is looked at again no sooner than this after any read. */
export const SECRET_REREAD_INTERVAL_MS = 30_000;

export interface CachedSecret<Value> {
  /**
   * The value; read again when it is too old. Fails closed: what is too old and cannot be read is not used.
   *
   * @param signal - ends the wait, not the read, which concurrent callers share
   * @throws what reading throws
   */
  current(signal?: AbortSignal): Promise<Value>;
  /**
   * After a refusal of `tried`: the value as it is now, or `undefined` when it was read too recently for another
   * read. A read that fails leaves the cached value in place.
   *
   * @throws what reading throws
   */
  reread(tried: Value, signal?: AbortSignal): Promise<Value | undefined>;
  /** The next caller reads, whatever the age. */
  forget(): void;
}

export interface CachedSecretOptions<Value> {
  /** Reads and parses. It must end by itself. */
  readonly read: () => Promise<Value>;
  /**
   * Wall clock, epoch milliseconds. Not a monotonic one: that stands still while Lambda freezes the sandbox, and a
   * revoked secret would live on for as long. A wall clock can step back; then nothing counts as fresh.
   */
  readonly nowMs: () => number;
  /** Milliseconds, counted from before the read: the value may be revoked while the answer is on its way. @default 5 minutes */
  readonly maxAgeMs?: (value: Value) => number;
  /** @default 30,000 */
  readonly rereadIntervalMs?: number;
  /** After a read that failed, callers get that failure for this long. @default 0: each reads again */
  readonly failurePauseMs?: number;
}

/** Keeps a secret in the process, so that an event costs no read and a rotation no release. */
export function createCachedSecret<Value>(options: CachedSecretOptions<Value>): CachedSecret<Value> {
  const { read, nowMs, maxAgeMs = () => SECRET_MAX_AGE_MS } = options;
  const { rereadIntervalMs = SECRET_REREAD_INTERVAL_MS, failurePauseMs = 0 } = options;
  let known: { readonly value: Value; readonly readAtMs: number } | undefined;
  let failure: { readonly error: unknown; readonly readAtMs: number } | undefined;
  let lastReadAtMs = Number.NEGATIVE_INFINITY;
  let inFlight: Promise<Value> | undefined;

  const isWithin = (sinceMs: number, spanMs: number) => {
    const ageMs = nowMs() - sinceMs;
    return ageMs >= 0 && ageMs < spanMs;
  };

  async function fetchValue(): Promise<Value> {
    const readAtMs = nowMs();
    lastReadAtMs = readAtMs;
    try {
      const value = await read();
      known = { value, readAtMs };
      failure = undefined;
      return value;
    } catch (error) {
      failure = { error, readAtMs };
      throw error;
    }
  }

  function shareRead(): Promise<Value> {
    inFlight ??= fetchValue().finally(() => {
      inFlight = undefined;
    });
    return inFlight;
  }

  return {
    async current(signal) {
      if (known !== undefined && isWithin(known.readAtMs, maxAgeMs(known.value))) return known.value;
      if (failure !== undefined && isWithin(failure.readAtMs, failurePauseMs)) throw failure.error;
      return untilAborted(shareRead(), signal);
    },
    async reread(tried, signal) {
      if (inFlight !== undefined) return untilAborted(inFlight, signal);
      if (known !== undefined && known.value !== tried) return known.value;
      if (isWithin(lastReadAtMs, rereadIntervalMs)) return undefined;
      return untilAborted(shareRead(), signal);
    },
    forget() {
      known = undefined;
    },
  };
}

function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
