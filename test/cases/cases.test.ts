import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAlertOnSyncError } from '../../lambdas/alerts/on-sync-error.ts';
import { createAlertOnSyncPaused } from '../../lambdas/alerts/on-sync-paused.ts';
import { createAlertSender } from '../../lambdas/alerts/sender.ts';
import { createPostgresDatabase } from '../../lambdas/database/postgres-database.ts';
import { addUseCases } from '../../lambdas/database/use-cases/add-database-use-cases.ts';
import { prepared } from '../../lambdas/database/use-cases/open-database.ts';
import { withDatabase } from '../../lambdas/database/use-cases/with-database.ts';
import { EventRouter } from '../../lambdas/router/index.ts';
import { transforms } from '../fixtures/app/transforms/manifest.ts';
import { type ConsumerHarness, createConsumerHarness } from '../support/consumer-harness.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { type Case, runCase } from './run-case.ts';

let engines: TestEngines;
let server: TestPostgres;
/** The folder's own schemas on that server. */
let postgres: TestPostgres;
let tenant: string;
let counted: string[];
let alerts: string[];
beforeAll(async () => {
  [engines, server] = await Promise.all([startEngines(), startTestPostgres()]);
});
afterAll(async () => {
  await server.stop();
  await engines.stopAll();
});

/** The schemas of this run in place of the cases' own. */
const placed = (sql: string) =>
  sql
    .replaceAll(/"supaglue"|\bsupaglue(?=\.)/g, postgres.supaglueSchema)
    .replaceAll(/\bapp(?=\.)/g, postgres.applicationSchema)
    .replaceAll(/"?\btenant_blue\b"?/g, tenant);

/** The handlers that `app/handlers.ts` registers, behind the real consumer. */
async function consumerOf(cleanSupaglueTables: boolean): Promise<ConsumerHarness> {
  const { supaglueSchema, applicationSchema, openSession } = postgres;
  const database = {
    ...createPostgresDatabase({ supaglueSchema, applicationSchema, openSession, nowMs: Date.now }),
    transforms,
  };
  const send = createAlertSender({
    channel: 'topic',
    publish: async ({ alert }) => void alerts.push(alert.title),
  });
  const router = new EventRouter()
    .on('sync.complete', 'alert-on-sync-error', createAlertOnSyncError(send))
    .on('sync.paused', 'alert-on-sync-paused', createAlertOnSyncPaused(send));
  const options = { count: (metric: string) => counted.push(metric) };
  addUseCases(
    router,
    withDatabase(async () => prepared(database), options),
    cleanSupaglueTables,
  );
  return createConsumerHarness(engines, { routes: router });
}

function casesIn(folder: string): readonly (readonly [string, Case])[] {
  const directory = join(import.meta.dirname, folder);
  return readdirSync(directory).map((file) => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(join(directory, file), 'utf8')) as Case,
  ]);
}

describe.each([
  ['supaglue', false],
  ['supaglue-clean', true],
  ['more', false],
  ['more-clean', true],
])('%s', (folder, cleanSupaglueTables) => {
  let harness: ConsumerHarness;
  beforeAll(async () => {
    [postgres, tenant, counted, alerts] = [
      await startTestPostgres(server.url),
      `tenant_${randomBytes(6).toString('hex')}`,
      [],
      [],
    ];
    harness = await consumerOf(cleanSupaglueTables);
  });
  afterAll(async () => {
    await postgres.query(`drop schema if exists ${tenant} cascade`);
    await postgres.stop();
  });

  test.each(casesIn(folder))('%s', async (_, each) => {
    const end = await runCase(each, {
      harness,
      sql: (statement) => postgres.query(placed(statement)),
      placed: (body) => body.replaceAll('tenant_blue', tenant),
    });
    expect(end.ledger).toEqual(end.ledger.map(() => each.then.ledger));
    expect(end.rows).toEqual(each.then.rows);
    if (each.then.log !== null) expect(end.log).toMatch(new RegExp(each.then.log, 'i'));
  });

  if (folder === 'supaglue') {
    test('people were told of what failed and what stands still, and nothing else', () => {
      expect(alerts).toEqual([
        'Supaglue sync failed: hubspot contact for customer no-type',
        'Supaglue sync paused: salesforce an entity for customer paused-entity',
      ]);
      expect(counted).toEqual(['SyncsUnmapped', 'SyncsUnmapped', 'SyncsUnmapped']);
    });
  }
});
