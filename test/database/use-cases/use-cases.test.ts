import { customersApartSuite } from './customers-apart.suite.ts';
import { failuresSuite } from './failures.suite.ts';
import { inOneWorld, QUICK_SUITES } from './in-one-world.ts';
import { manyRowsSuite } from './many-rows.suite.ts';

inOneWorld({
  ...QUICK_SUITES,
  customers: customersApartSuite,
  failures: failuresSuite,
  'many rows': manyRowsSuite,
});
