import { setTimeout as delay } from 'node:timers/promises';
import { holdToNeeds } from '../suites/suite-needs.ts';
import {
  createNamedLedgerTable,
  createNamedQueuePair,
  type Naming,
  type TestEnvironment,
} from '../support/test-resources.ts';
import { endpointClients, endpointName } from './endpoint.ts';
import { recordResource } from './journal.ts';
import type { RunContext } from './run-context.ts';

/** AWS takes ten seconds and more until a table with an index is ACTIVE. */
const TABLE_WAIT_SECONDS = 180;
/**
 * AWS asks to wait a second before a new queue is used, and has no call that tells when it is ready.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
 */
const QUEUE_READY_MS = 1_000;

/**
 * The endpoint that the SDK's variables name. It has one table for all suites; what is created is written to the
 * run's journal, and deleted by the process that started the run.
 *
 * @throws {Error} when it is not the endpoint that the run was started for
 */
export async function endpointEnvironment(run: RunContext): Promise<TestEnvironment> {
  const { endpoint, runPrefix, journalFile, suites } = run;
  const found = await endpointName(suites);
  if (found !== endpoint) throw new Error(`the suites would run on ${found}, not on ${endpoint}`);
  const clients = endpointClients();
  const tags = { project: 'supaglue-webhooks', purpose: 'test:endpoint', run: runPrefix };
  let pairs = 0;
  let table: Promise<string> | undefined;

  const naming = (kind: 'queue' | 'table', name: string): Naming => ({
    tags,
    name(suffix) {
      const resource = { kind, name: `${runPrefix}${name}${suffix}` };
      recordResource(journalFile, resource);
      return resource.name;
    },
  });
  const environment: TestEnvironment = {
    ...clients,
    async createQueuePair(options) {
      pairs += 1;
      const pair = await createNamedQueuePair(clients.sqs, naming('queue', `queue-${pairs}`), options);
      await delay(QUEUE_READY_MS);
      return pair;
    },
    createLedgerTable() {
      table ??= createNamedLedgerTable(clients.dynamoDb, naming('table', 'ledger'), TABLE_WAIT_SECONDS);
      return table;
    },
    async stopAll() {
      clients.sqs.destroy();
      clients.dynamoDb.destroy();
    },
  };
  return holdToNeeds(environment, suites);
}
