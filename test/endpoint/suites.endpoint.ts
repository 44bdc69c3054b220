import { afterAll, beforeAll } from '@jest/globals';
import { describeLedger } from '../suites/ledger-suite.ts';
import { describePipeline } from '../suites/pipeline-suite.ts';
import { describeQueue } from '../suites/queue-suite.ts';
import type { TestEnvironment } from '../support/test-resources.ts';
import { endpointEnvironment } from './endpoint-environment.ts';
import { fromVariable } from './run-context.ts';

const run = fromVariable(process.env);
let shared: TestEnvironment;
beforeAll(async () => {
  shared = await endpointEnvironment(run);
});
afterAll(() => shared?.stopAll());

/** The next suite needs it still. */
const start = async (): Promise<TestEnvironment> => ({ ...shared, stopAll: async () => {} });

if (run.suites.includes('queue')) describeQueue(run.endpoint, start);
if (run.suites.includes('ledger')) {
  describeLedger(run.endpoint, start);
  describeLedger(run.endpoint, start, 'read after it');
}
if (run.suites.includes('pipeline')) describePipeline(run.endpoint, start);
