/** Splits into pieces of at most `size`. */
export function inChunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

/**
 * Gives a call up when the signal aborts: the call itself goes on. One with an `abortSignal` of its own is prepared
 * anew by the SDK, which is a tenth of its work, see `cacheMiddleware`.
 */
export async function untilAborted<Result>(call: Promise<Result>, signal: AbortSignal): Promise<Result> {
  signal.throwIfAborted();
  let giveUp = () => {};
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason);
  });
  signal.addEventListener('abort', giveUp);
  return Promise.race([call, aborted]).finally(() => signal.removeEventListener('abort', giveUp));
}
