import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EXPORTS_FILE, readExports, writeExports } from './exports-file.ts';
import { LocalError } from './local-error.ts';

const FOLDER = '.local';
const RUN_FILE = /^run-(\d+)\.env$/;

type Exports = Readonly<Record<string, string | undefined>>;

/**
 * The exports of one run of several in a project: a file of its own, named by its process, and `.local/env` for
 * shells, which is the first run's for as long as that lives.
 */
export class RunExports {
  readonly #directory: string;
  readonly #pid: number;
  readonly #file: string;

  constructor(directory: string, pid = process.pid) {
    this.#directory = directory;
    this.#pid = pid;
    this.#file = runFile(directory, pid);
  }

  async write(variables: Readonly<Record<string, string>>): Promise<void> {
    await writeExports(this.#file, variables);
    const shared = await sharedBy(this.#directory);
    if (shared === undefined || shared === this.#pid) {
      await writeExports(join(this.#directory, EXPORTS_FILE), variables);
    }
  }

  /** Leaves `.local/env` to another run that lives. */
  async remove(): Promise<void> {
    const own = (await sharedBy(this.#directory)) === this.#pid;
    await rm(this.#file, { force: true });
    if (!own) return;
    const [other] = await liveRuns(this.#directory);
    const path = join(this.#directory, EXPORTS_FILE);
    if (other === undefined) await rm(path, { force: true });
    else
      await writeExports(
        path,
        (await readExports(runFile(this.#directory, other))) as Record<string, string>,
      );
  }
}

/**
 * The exports of the run that is up; of several the one whose exports the environment holds.
 *
 * @throws {LocalError} when there is none, or which one is meant cannot be told
 */
export async function findExports(directory: string, environment: Exports): Promise<Exports> {
  const pids = await liveRuns(directory);
  const runs = await Promise.all(
    pids.map(async (pid) => ({ pid, exports: await readExports(runFile(directory, pid)) })),
  );
  const [only, another] = runs;
  if (only === undefined) return readExports(join(directory, EXPORTS_FILE));
  if (another === undefined) return only.exports;
  const named = runs.find(({ exports }) => exports['WEBHOOK_URL'] === environment['WEBHOOK_URL']);
  if (named !== undefined) return named.exports;
  const list = runs.map(({ pid, exports }) => `. ${FOLDER}/run-${pid}.env (${exports['WEBHOOK_URL']})`);
  throw new LocalError(`${runs.length} local runs are up: name one first, by ${list.join(' or ')}`);
}

function runFile(directory: string, pid: number): string {
  return join(directory, FOLDER, `run-${pid}.env`);
}

/** Process ids, oldest first as far as they tell; what runs left that were killed goes. */
async function liveRuns(directory: string): Promise<readonly number[]> {
  const names = await readdir(join(directory, FOLDER)).catch(() => []);
  const pids = names.flatMap((name) => Number(RUN_FILE.exec(name)?.[1] ?? Number.NaN) || []);
  const dead = pids.filter((pid) => !isAlive(pid));
  await Promise.all(dead.map((pid) => rm(runFile(directory, pid), { force: true })));
  return pids.filter(isAlive).sort((one, other) => one - other);
}

/** The live run whose exports `.local/env` holds. */
async function sharedBy(directory: string): Promise<number | undefined> {
  const shared = await readExports(join(directory, EXPORTS_FILE)).catch(() => undefined);
  if (shared === undefined) return undefined;
  for (const pid of await liveRuns(directory)) {
    const own = await readExports(runFile(directory, pid));
    if (own['AWS_ACCESS_KEY_ID'] === shared['AWS_ACCESS_KEY_ID']) return pid;
  }
  return undefined;
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process lives too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
