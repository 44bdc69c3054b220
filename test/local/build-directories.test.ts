import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { BuildDirectories } from '../../local/start/build-directories.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'builds-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Builds as the run does: the assembly is below the build's own directory. */
async function build(builds: BuildDirectories): Promise<string> {
  const assembly = join(builds.next(), 'assembly');
  await mkdir(assembly, { recursive: true });
  await writeFile(join(assembly, 'index.mjs'), '');
  return assembly;
}
const kept = async () => (await readdir(join(folder, `build-${process.pid}`))).sort();

test('what runs is kept through any number of builds that fail', async () => {
  const builds = await BuildDirectories.open(folder);
  await builds.runs(await build(builds));
  for (let failing = 0; failing < 3; failing += 1) await build(builds);
  await expect(kept()).resolves.toContain('1');
  await builds.runs(await build(builds));
  // The one before it too: work may be under way there.
  await expect(kept()).resolves.toEqual(['1', '5']);
  await builds.runs(await build(builds));
  await expect(kept()).resolves.toEqual(['5', '6']);
  await builds.remove();
  await expect(readdir(folder)).resolves.toEqual([]);
});

test('what a killed run left goes, what a living one has and what is not a build’s stays', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const living = `build-${process.ppid}`;
  for (const name of [`build-${pid}`, living, 'database', 'build-x'])
    await mkdir(join(folder, name, 'a'), { recursive: true });
  const builds = await BuildDirectories.open(folder);
  expect((await readdir(folder)).sort()).toEqual(
    [living, `build-${process.pid}`, 'build-x', 'database'].sort(),
  );
  await builds.remove();
});
