import { basename } from 'node:path';
import { watch } from 'chokidar';

/** What the build is made of, and the user's variables. */
const SOURCE = /\.(?:[cm]?[jt]sx?|sql|json)$|^\.env\.local$/;
/** Long enough for an editor that writes a file in several steps. */
const QUIET_MS = 200;

export type SourceWatcher = Awaited<ReturnType<typeof watchSources>>;

/** What is needed of chokidar's watcher. */
export interface PathWatcher {
  on(event: 'all', listener: (event: string, path: string) => void): this;
  on(event: 'error', listener: (error: unknown) => void): this;
  on(event: 'ready', listener: () => void): this;
  close(): Promise<void>;
}

/**
 * Node's own recursive watcher loses a file that is replaced, as most editors and `git checkout` do. A path that is not
 * there yet is waited for.
 */
const watchPaths = (paths: readonly string[]): PathWatcher => watch([...paths], { ignoreInitial: true });

/**
 * Calls `rebuild` after files at or below the paths have changed and been quiet for a moment; one at a time,
 * and once more when something changed meanwhile. `rebuild` must not reject. A watcher that fails ends the
 * watching and nothing else: `onError` is told once. Resolves once all paths are
 * read; chokidar sees changes some 50 ms later (run).
 */
export async function watchSources(
  paths: readonly string[],
  rebuild: () => Promise<void>,
  onError: (error: Error) => void,
  watchAll: (paths: readonly string[]) => PathWatcher = watchPaths,
) {
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

  async function end(): Promise<void> {
    closed = true;
    clearTimeout(timer);
    await watcher.close();
  }

  const watcher = watchAll(paths)
    .on('all', (_event, path) => {
      if (SOURCE.test(basename(path))) schedule();
    })
    .on('error', (error) => {
      if (closed) return;
      void end();
      onError(error instanceof Error ? error : new Error(String(error)));
    });
  await new Promise<void>((resolve) => {
    watcher.on('ready', resolve).on('error', () => resolve());
  });
  return {
    /** Resolves when a rebuild that is under way has ended. */
    async close(): Promise<void> {
      await end();
      await running;
    },
  };
}
