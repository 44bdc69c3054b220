import { join } from 'node:path';
import { INGEST_ENTRY, projectDirectory } from '../../lib/project-paths.ts';
import { asNodejsFunction } from '../bundles/as-nodejs-function.ts';
import { type Bundled, withOwnBundling } from '../bundles/with-own-bundling.ts';

export type Family = 'floor' | 'ingest' | 'consumer';

export interface Subject {
  readonly family: Family;
  readonly name: string;
  readonly bundled: Bundled;
}

const ENTRIES = { ingest: INGEST_ENTRY, consumer: 'bench/app/handlers.ts' } as const;
/** The stack's own bundle. */
export const OURS = 'ours';
/** What no function that calls the SDK comes below. */
export const FLOOR = 'ours, without the SDK';
const NO_SDK = Object.fromEntries(
  ['dynamodb', 'secrets-manager', 'sns', 'sqs'].map((name) => [
    `@aws-sdk/client-${name}`,
    join(projectDirectory, 'bench/rivals/no-sdk.ts'),
  ]),
);
const RIVALS = {
  ingest: { name: 'usual way (svix, zod)', entry: 'bench/rivals/usual-ingest.ts' },
  consumer: { name: 'Powertools', entry: 'bench/rivals/powertools-consumer.ts' },
} as const;

/** Bundles everything that is started, the floor first. */
export async function buildSubjects(directory: string): Promise<readonly Subject[]> {
  const own = await withOwnBundling(join(directory, 'own'), {
    ...ENTRIES,
    empty: 'bench/rivals/empty.ts',
    'rival-ingest': RIVALS.ingest.entry,
    'rival-consumer': RIVALS.consumer.entry,
  });
  const floors = await withOwnBundling(join(directory, 'floors'), ENTRIES, NO_SDK);
  const subjects: Subject[] = [{ family: 'floor', name: 'empty handler', bundled: own.empty }];
  for (const family of ['ingest', 'consumer'] as const) {
    const rival = RIVALS[family];
    const build = (name: string, entry: string, sdkInside: boolean) =>
      asNodejsFunction({
        entry,
        sdkInside,
        outDirectory: join(directory, `${family}-${name}-${sdkInside ? 'inside' : 'outside'}`),
      });
    const members: readonly (readonly [name: string, bundled: Bundled])[] = [
      [OURS, own[family]],
      [FLOOR, floors[family]],
      ['ours, NodejsFunction', await build('ours', ENTRIES[family], false)],
      ['ours, NodejsFunction, SDK inside', await build('ours', ENTRIES[family], true)],
      [`${rival.name}, NodejsFunction`, await build('rival', rival.entry, false)],
      [`${rival.name}, NodejsFunction, SDK inside`, await build('rival', rival.entry, true)],
      [`${rival.name}, our bundling`, own[`rival-${family}`]],
    ];
    subjects.push(...members.map(([name, bundled]) => ({ family, name, bundled })));
  }
  return subjects;
}
