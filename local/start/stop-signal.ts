/** npm and tsx pass a Ctrl-C on to a process that the terminal has told already. */
const SAME_KEY_PRESS_MS = 500;

/**
 * Aborts at the first SIGINT or SIGTERM; a second one, later than the echo of the first, calls `force`.
 */
export function stopSignal(force: () => void): AbortSignal {
  const stopping = new AbortController();
  let firstAtMs: number | undefined;
  const onSignal = (): void => {
    const nowMs = performance.now();
    firstAtMs ??= nowMs;
    if (!stopping.signal.aborted) stopping.abort();
    else if (nowMs - firstAtMs > SAME_KEY_PRESS_MS) force();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return stopping.signal;
}
