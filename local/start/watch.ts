import { type FSWatcher, watch } from 'node:fs';

/** Long enough for an editor that writes a file in several steps. */
const QUIET_MS = 200;

export interface SourceWatcher {
  /** Resolves when a rebuild that is under way has ended. */
  close(): Promise<void>;
}

/**
 * Calls `rebuild` after files below the directories have changed and been quiet for a moment; one at a time,
 * and once more when something changed meanwhile. `rebuild` must not reject.
 */
export function watchSources(directories: readonly string[], rebuild: () => Promise<void>): SourceWatcher {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let changedMeanwhile = false;
  let closed = false;

  function schedule(): void {
    if (closed) return;
    if (running !== undefined) {
      changedMeanwhile = true;
      return;
    }
    clearTimeout(timer);
    timer = setTimeout(run, QUIET_MS);
  }

  function run(): void {
    running = rebuild().finally(() => {
      running = undefined;
      if (!changedMeanwhile) return;
      changedMeanwhile = false;
      schedule();
    });
  }

  const watchers: FSWatcher[] = directories.map((directory) =>
    watch(directory, { recursive: true }, (_event, file) => {
      if (file?.endsWith('.ts') === true) schedule();
    }),
  );
  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
      await running;
    },
  };
}
