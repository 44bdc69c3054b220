import { afterAll, beforeAll, describe } from '@jest/globals';
import { backfillSuite } from './backfill.suite.ts';
import { cleanUpSuite } from './clean-up.suite.ts';
import { edgesSuite } from './edges.suite.ts';
import { schemasSuite } from './schemas.suite.ts';
import { sweepCostSuite } from './sweep-cost.suite.ts';
import { tableNamesSuite } from './table-names.suite.ts';
import { transformSuite } from './transform.suite.ts';
import { wiringSuite } from './wiring.suite.ts';
import { startWorld, type World } from './world.ts';

type Suites = Readonly<Record<string, (given: () => World) => void>>;

/** All but those that kill or fail the use cases at every step, which take three quarters of the time. */
export const QUICK_SUITES: Suites = {
  'table names': tableNamesSuite,
  'transform-synced-data': transformSuite,
  'clean-up-connection': cleanUpSuite,
  'backfill-object and rebuild-entity': backfillSuite,
  wiring: wiringSuite,
  edges: edgesSuite,
  'schemas, values and layouts': schemasSuite,
  'deletions that move no time': sweepCostSuite,
};

/** In one file, because a PostgreSQL takes seconds to start: the suites share it one after the other. */
export function inOneWorld(suites: Suites): void {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());
  for (const [name, suite] of Object.entries(suites)) describe(name, () => suite(() => world));
}
