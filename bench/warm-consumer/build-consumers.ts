import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectDirectory } from '../../lib/project-paths.ts';
import { asNodejsFunction } from '../bundles/as-nodejs-function.ts';
import { withOwnBundling } from '../bundles/with-own-bundling.ts';

export interface ConsumerEntries {
  readonly ours: string;
  readonly powertools: string;
  readonly floor: string;
}

/** Ours from a copy of its sources, with handlers that do nothing where the user's are. */
export async function buildConsumers(directory: string): Promise<ConsumerEntries> {
  const copy = join(directory, 'copy');
  const bench = join(copy, 'bench/warm-consumer');
  await mkdir(bench, { recursive: true });
  await cp(join(projectDirectory, 'lambdas'), join(copy, 'lambdas'), { recursive: true });
  for (const file of ['light-handlers.ts', 'our-handlers.ts', 'our-entry.ts']) {
    await cp(join(import.meta.dirname, file), join(bench, file));
  }
  await writeFile(
    join(copy, 'lambdas/handlers/index.ts'),
    "export { handlers } from '../../bench/warm-consumer/our-handlers.ts';\n",
  );
  const own = await withOwnBundling(join(directory, 'own'), {
    ours: join(bench, 'our-entry.ts'),
    floor: 'bench/warm-consumer/floor-entry.ts',
  });
  const powertools = await asNodejsFunction({
    entry: 'bench/warm-consumer/powertools-entry.ts',
    outDirectory: join(directory, 'powertools'),
    sdkInside: true,
  });
  return { ours: own.ours.entry, floor: own.floor.entry, powertools: powertools.entry };
}
