import { afterAll, beforeAll, describe } from '@jest/globals';
import { backfillSuite } from '../../database/use-cases/backfill.suite.ts';
import { cleanUpSuite } from '../../database/use-cases/clean-up.suite.ts';
import { edgesSuite } from '../../database/use-cases/edges.suite.ts';
import { schemasSuite } from '../../database/use-cases/schemas.suite.ts';
import { sweepCostSuite } from '../../database/use-cases/sweep-cost.suite.ts';
import { tableNamesSuite } from '../../database/use-cases/table-names.suite.ts';
import { transformSuite } from '../../database/use-cases/transform.suite.ts';
import { wiringSuite } from '../../database/use-cases/wiring.suite.ts';
import { startWorld, type World } from '../../database/use-cases/world.ts';

// The use cases without what kills or fails them at every step: of a minute those are three quarters.
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const given = () => world;

describe('transform-synced-data', () => transformSuite(given));
describe('clean-up-connection', () => cleanUpSuite(given));
describe('backfill-object and rebuild-entity', () => backfillSuite(given));
describe('schemas, values and layouts', () => schemasSuite(given));
describe('wiring', () => wiringSuite(given));
describe('edges', () => edgesSuite(given));
describe('table names', () => tableNamesSuite(given));
describe('deletions that move no time', () => sweepCostSuite(given));
