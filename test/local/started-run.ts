import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalDatabase } from '../../local/database/local-database.ts';
import { run } from '../../local/start/run.ts';
import { runCaptured } from '../operator/support/captured-context.ts';

/** `npm start -- --with-database` of an assembly, in this process, once it says that Ctrl-C stops it. */
export async function startRunWithDatabase(assemblyDirectory: string, options: { withSupaglue?: true } = {}) {
  const directory = await mkdtemp(join(tmpdir(), 'start-database-'));
  const stopping = new AbortController();
  let text = '';
  let running = Promise.resolve();
  const ready = new Promise<void>((resolve) => {
    running = run({
      options: { port: 0, verbose: false, withDatabase: true, ...options },
      directory,
      sourceDirectories: [assemblyDirectory],
      stopped: stopping.signal,
      colour: false,
      startDatabase: () => startLocalDatabase(),
      build: async () => assemblyDirectory,
      write(more) {
        text += more;
        if (text.includes('Ctrl-C stops')) resolve();
      },
    });
  });
  await Promise.race([ready, running]);
  return {
    directory,
    text: () => text,
    webhooks: (...args: string[]) => runCaptured(args, { directory }),
    async stop() {
      stopping.abort();
      await running;
      await rm(directory, { recursive: true });
    },
  };
}
