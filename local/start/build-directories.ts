import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAlive } from '../run-exports.ts';

const OWNED = /^build-(\d+)$/;

/** Where one run builds, below `.local`: a fresh directory each time, for threads may still load chunks of the last. */
export class BuildDirectories {
  readonly #directory: string;
  #builds = 0;
  #running: readonly string[] = [];

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Removes what runs left behind that were killed. */
  static async open(folder: string, pid = process.pid): Promise<BuildDirectories> {
    await mkdir(folder, { recursive: true });
    for (const name of await readdir(folder)) {
      const owner = OWNED.exec(name)?.[1];
      if (owner !== undefined && !isAlive(Number(owner))) {
        await rm(join(folder, name), { recursive: true, force: true });
      }
    }
    const directory = join(folder, `build-${pid}`);
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory);
    return new BuildDirectories(directory);
  }

  next(): string {
    this.#builds += 1;
    return join(this.#directory, String(this.#builds));
  }

  /** That assembly runs now: all go but it and the one that ran before, in which work may be under way. */
  async runs(assemblyDirectory: string): Promise<void> {
    this.#running = [...this.#running.slice(-1), basename(dirname(assemblyDirectory))];
    for (const name of await readdir(this.#directory)) {
      if (!this.#running.includes(name))
        await rm(join(this.#directory, name), { recursive: true, force: true });
    }
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }
}
