import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { projectDirectory } from '../../lib/project-paths.ts';

/** A directory below the project, where Node.js and esbuild find the packages; gone afterwards. */
export async function inWorkspace<Result>(work: (directory: string) => Promise<Result>): Promise<Result> {
  const parent = join(projectDirectory, '.test-results');
  await mkdir(parent, { recursive: true });
  const directory = await mkdtemp(join(parent, 'bench-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
