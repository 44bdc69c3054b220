import { join } from 'node:path';
import { asNodejsFunction } from '../bundles/as-nodejs-function.ts';
import { withOwnBundling } from '../bundles/with-own-bundling.ts';

export interface ConsumerEntries {
  readonly ours: string;
  readonly powertools: string;
  readonly floor: string;
}

/** Ours and its rivals, with handlers that do nothing. */
export async function buildConsumers(directory: string): Promise<ConsumerEntries> {
  const own = await withOwnBundling(join(directory, 'own'), {
    ours: 'bench/warm-consumer/our-entry.ts',
    floor: 'bench/warm-consumer/floor-entry.ts',
  });
  const powertools = await asNodejsFunction({
    entry: 'bench/warm-consumer/powertools-entry.ts',
    outDirectory: join(directory, 'powertools'),
    sdkInside: true,
  });
  return { ours: own.ours.entry, floor: own.floor.entry, powertools: powertools.entry };
}
