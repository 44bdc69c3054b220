import { join } from 'node:path';
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LOCAL_DATABASE_SECRET_ARN, startLocalDatabase } from '../../local/database/local-database.ts';
import { EXPORTS_FILE, readExports } from '../../local/exports-file.ts';
import { localTarget } from '../../operator/core/local-target.ts';
import { closeTarget, type Target } from '../../operator/core/target.ts';
import { serveInspector } from '../../operator/inspector/serve-inspector.ts';
import { assembly } from '../support/assembly.ts';
import { startRunWithDatabase } from './started-run.ts';

describe('a run with a database', () => {
  let run: Awaited<ReturnType<typeof startRunWithDatabase>>;
  let target: Target;

  beforeAll(async () => {
    run = await startRunWithDatabase(await assembly({ databaseSecretArn: LOCAL_DATABASE_SECRET_ARN }));
    target = localTarget(await readExports(join(run.directory, EXPORTS_FILE)));
  });
  afterAll(async () => {
    closeTarget(target);
    await run.stop();
  });

  const webhooks = (...args: string[]) => run.webhooks(...args, '--local');

  test('says where it is, and gives the functions its address', async () => {
    expect(run.text()).toContain(`Database        ${target.database?.url}`);
    const { SecretString } = await target.clients.secretsManager.send(
      new GetSecretValueCommand({ SecretId: LOCAL_DATABASE_SECRET_ARN }),
    );
    expect(SecretString).toBe(target.database?.url);
    expect(target.handlers).toMatchObject({
      byType: { 'sync.complete': ['alert-on-sync-error', 'transform-synced-data'] },
    });
  });

  test('holds tables as Supaglue makes them', async () => {
    const { code, stdout } = await webhooks('database', 'tables', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      tables: [
        { schema: 'supaglue', table: 'crm_contacts', rows: 1_000 },
        { schema: 'supaglue', table: 'custom_objects', rows: 50 },
        { schema: 'supaglue', table: 'entity_example_entity', rows: 50 },
        { schema: 'supaglue', table: 'hubspot_company', rows: 150 },
        { schema: 'supaglue', table: 'hubspot_contact', rows: 1_000 },
        { schema: 'supaglue', table: 'salesforce_account', rows: 150 },
        { schema: 'supaglue', table: 'salesforce_contact', rows: 1_000 },
      ],
    });
    expect((await webhooks('database', 'tables')).stdout).toMatch(/supaglue\.hubspot_contact +1,000/);
  });

  test('answers queries: a table, JSON, and of many rows the first', async () => {
    const sql =
      'select _supaglue_customer_id as customer, count(*) as contacts from supaglue.hubspot_contact group by 1 order by 1';
    const shown = await webhooks('database', 'query', sql);
    expect(shown.stdout).toBe('customer          contacts\nexample-customer  500\nother-customer    500\n');
    const all =
      "select _supaglue_raw_data->'properties'->>'email' as email from supaglue.hubspot_contact order by 1";
    const { stdout, stderr } = await webhooks('database', 'query', all, '--limit', '1', '--json');
    expect(JSON.parse(stdout)).toEqual({
      columns: ['email'],
      rows: [{ email: 'contact-100@example-customer.example.com' }],
      row_count: 1_000,
    });
    expect(stderr).toBe('the first 1 of 1,000 rows: --limit shows more\n');
    const wide = await webhooks(
      'database',
      'query',
      'select * from supaglue.salesforce_account',
      '--limit',
      '1',
    );
    expect(wide.stdout).toMatch(/^ROW 1\n_supaglue_application_id +0000/);
  });

  test.each([
    ['delete from supaglue.hubspot_contact', 'read-only transaction'],
    ['select 1; commit; delete from supaglue.hubspot_contact', 'multiple commands'],
    ['select * from nowhere', 'relation "nowhere" does not exist'],
  ])('%s changes nothing', async (sql, why) => {
    const { code, stdout, stderr } = await webhooks('database', 'query', sql);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(why);
    expect(stderr).not.toContain('postgres://');
    const rest = await webhooks('database', 'query', 'select count(*) from supaglue.hubspot_contact');
    expect(rest.stdout).toContain('1000');
  });

  test('shows its row counts in the inspector', async () => {
    const inspector = await serveInspector({ target, write: false, onFault: () => undefined });
    try {
      let page: string;
      // Each load waits a few seconds for the counts, which a busy machine does not always have by then.
      do page = await (await fetch(inspector.url)).text();
      while (page.includes('The tables cannot be counted.'));
      expect(page).toMatch(/id="rows-supaglue-salesforce_contact".*?1,000/);
    } finally {
      await inspector.close();
    }
  });
});

describe('a given database', () => {
  test.each([
    [{ environmentUrl: 'postgres://app:hunter2@db.example.com/app' }, 'names another machine'],
    [{ environmentUrl: 'mysql://app:hunter2@localhost/app' }, 'no postgres:// URL'],
    [{ namedUrl: 'postgres://app:hunter2@127.0.0.1:9/app' }, 'ECONNREFUSED'],
  ])('%j is refused', async (options, why) => {
    const failure: unknown = await startLocalDatabase(options).catch((error: unknown) => error);
    expect(String(failure)).toContain(why);
    expect(String(failure)).not.toContain('hunter2');
  });
});
