import { watch } from 'node:fs';

/** What the build is made of, and the user's variables. */
const SOURCE = /\.(?:[cm]?[jt]sx?|sql|json)$|^\.env\.local$/;
/** Long enough for an editor that writes a file in several steps. */
const QUIET_MS = 200;

export interface SourceWatcher {
  /** Resolves when a rebuild that is under way has ended. */
  close(): Promise<void>;
}

/** What is needed of Node's own watcher. */
export interface DirectoryWatcher {
  on(event: 'error', listener: (error: Error) => void): this;
  close(): void;
}

type WatchDirectory = (directory: string, onChange: (file: string | null) => void) => DirectoryWatcher;

const watchRecursively: WatchDirectory = (directory, onChange) =>
  watch(directory, { recursive: true }, (_event, file) => onChange(file));

/**
 * Calls `rebuild` after files below the directories have changed and been quiet for a moment; one at a time,
 * and once more when something changed meanwhile. `rebuild` must not reject. A watcher that fails ends the
 * watching and nothing else: `onError` is told once.
 */
export function watchSources(
  directories: readonly string[],
  rebuild: () => Promise<void>,
  onError: (error: Error) => void,
  watchDirectory: WatchDirectory = watchRecursively,
): SourceWatcher {
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

  function end(): void {
    closed = true;
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  }

  function failed(error: Error): void {
    if (closed) return;
    end();
    onError(error);
  }

  const watchers = directories.map((directory) => {
    const watcher = watchDirectory(directory, (file) => {
      if (file !== null && SOURCE.test(file)) schedule();
    });
    // Without a listener it would end the process: a directory that goes away while it is read is enough.
    return watcher.on('error', failed);
  });
  return {
    async close() {
      end();
      await running;
    },
  };
}
