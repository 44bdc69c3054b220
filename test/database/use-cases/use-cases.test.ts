import { afterAll, beforeAll, describe } from '@jest/globals';
import { backfillSuite } from './backfill.suite.ts';
import { cleanUpSuite } from './clean-up.suite.ts';
import { customersApartSuite } from './customers-apart.suite.ts';
import { edgesSuite } from './edges.suite.ts';
import { failuresSuite } from './failures.suite.ts';
import { interruptedSuite } from './interrupted.suite.ts';
import { manyRowsSuite } from './many-rows.suite.ts';
import { schemasSuite } from './schemas.suite.ts';
import { sweepCostSuite } from './sweep-cost.suite.ts';
import { tableNamesSuite } from './table-names.suite.ts';
import { transformSuite } from './transform.suite.ts';
import { wiringSuite } from './wiring.suite.ts';
import { startWorld, type World } from './world.ts';

// One file, because a PostgreSQL takes seconds to start: the suites share it one after the other.
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const given = () => world;

describe('table names', () => tableNamesSuite(given));
describe('transform-synced-data', () => transformSuite(given));
describe('clean-up-connection', () => cleanUpSuite(given));
describe('backfill-object and rebuild-entity', () => backfillSuite(given));
describe('wiring', () => wiringSuite(given));
describe('edges', () => edgesSuite(given));
describe('interrupted', () => interruptedSuite(given));
describe('customers', () => customersApartSuite(given));
describe('failures', () => failuresSuite(given));
describe('schemas, values and layouts', () => schemasSuite(given));
describe('many rows', () => manyRowsSuite(given));
describe('deletions that move no time', () => sweepCostSuite(given));
