import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { JsonRecord } from '../../local/json.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(PROJECT, '.test-results/assemblies');
const SOURCES = ['cdk.json', 'lambdas', 'lib', 'package-lock.json', 'package.json', 'test/fixtures'];
/** No build takes that long: who held the lock is dead. */
const STALE_LOCK_MS = 90_000;
const KEPT_MS = 60 * 60 * 1000;

/**
 * The real stack's cloud assembly, bundled and synthesised once for all test files: kept under a key made of
 * everything it is built from.
 *
 * @param context - configuration, as `-c key=value` would give it
 */
export async function assembly(context: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const key = await contentKey(JSON.stringify(context));
  const directory = join(CACHE, key);
  const built = join(directory, 'assembly');
  const lock = `${directory}.lock`;
  await mkdir(CACHE, { recursive: true });
  for (;;) {
    if (await exists(built)) return built;
    if (await takeLock(lock)) break;
    await delay(50);
  }
  try {
    if (!(await exists(built))) await build(directory, context);
    await removeOld(key);
    return built;
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

/** esbuild's report on a function of an assembly, below the project. */
export function metafilePath(assemblyDirectory: string, name: string): string {
  const meta = readdirSync(assemblyDirectory).find((entry) => /^bundle-\w+-meta$/.test(entry));
  if (meta === undefined) throw new Error(`${assemblyDirectory} was made of given bundles`);
  return join(assemblyDirectory, meta, `${name}.json`);
}

/** A copy of an assembly whose template was changed; remove it by removing the directory. */
export async function alteredAssembly(
  source: string,
  alter: (resources: Record<string, { Type: string; Properties: JsonRecord }>) => void,
): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'assembly-'));
  await cp(source, directory, { recursive: true });
  for (const name of await readdir(directory)) {
    if (!name.endsWith('.template.json')) continue;
    const template = JSON.parse(await readFile(join(directory, name), 'utf8'));
    alter(template.Resources);
    await writeFile(join(directory, name), JSON.stringify(template));
  }
  return directory;
}

async function build(directory: string, context: Readonly<Record<string, unknown>>): Promise<void> {
  // CDK records absolute paths nowhere in an assembly, so it may be moved into place when it is whole.
  const temporary = `${directory}.building`;
  await rm(temporary, { recursive: true, force: true });
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const program = fileURLToPath(new URL('./build-assembly.ts', import.meta.url));
  await promisify(execFile)(
    process.execPath,
    ['--import', tsx, program, temporary, JSON.stringify(context)],
    // What esbuild reports is relative to it.
    { cwd: PROJECT },
  );
  await rename(temporary, directory);
}

async function contentKey(salt: string): Promise<string> {
  const hash = createHash('sha256').update(salt);
  for (const source of SOURCES) await addToHash(hash, join(PROJECT, source));
  return hash.digest('hex').slice(0, 20);
}

async function addToHash(hash: ReturnType<typeof createHash>, path: string): Promise<void> {
  if (!(await stat(path)).isDirectory()) {
    hash.update(path).update(await readFile(path));
    return;
  }
  for (const name of (await readdir(path)).sort()) await addToHash(hash, join(path, name));
}

async function takeLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch {
    const held = await stat(lock).catch(() => undefined);
    if (held !== undefined && Date.now() - held.mtimeMs > STALE_LOCK_MS) await rm(lock, { recursive: true });
    return false;
  }
}

/** Assemblies of an earlier state of the sources. */
async function removeOld(key: string): Promise<void> {
  for (const name of await readdir(CACHE)) {
    const found = name.startsWith(key) ? undefined : await stat(join(CACHE, name)).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > KEPT_MS) {
      await rm(join(CACHE, name), { recursive: true, force: true });
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
