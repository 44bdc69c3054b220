import type { VirtualTime } from './virtual-time.ts';

/**
 * Puts virtual timers in the place of the global ones while `work` runs: ingest's deadline uses `setTimeout`
 * itself. A timer belongs to the instance whose code set it.
 */
export async function withVirtualTimers<T>(time: VirtualTime, work: () => Promise<T>): Promise<T> {
  const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis;
  const set = (callback: () => void, ms = 0) => time.after(ms, callback, time.current);
  const clear = (cancel: unknown) => {
    if (typeof cancel === 'function') cancel();
  };
  Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  try {
    return await work();
  } finally {
    Object.assign(globalThis, { setTimeout: realSetTimeout, clearTimeout: realClearTimeout });
  }
}
