import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ReconcileReport } from '../../lambdas/contract/reconcile.ts';
import { LOCAL_DATABASE_SECRET_ARN } from '../../local/database/local-database.ts';
import { LOCAL_API_KEY_SECRET_ARN } from '../../local/supaglue/server.ts';
import { assembly } from '../support/assembly.ts';
import { patienceMs } from '../support/slowness.js';
import { startRunWithDatabase } from './started-run.ts';

const APPLICATION = '00000000-0000-4000-8000-00000000000a';
const OTHER = '00000000-0000-4000-8000-00000000000f';
const ENTITY = '00000000-0000-4000-8000-00000000000e';

/** `npm start -- --with-database --with-supaglue`, compared by the command alone. */
describe('what Supaglue’s events did not tell', () => {
  let run: Awaited<ReturnType<typeof startRunWithDatabase>>;

  beforeAll(async () => {
    const context = {
      databaseSecretArn: LOCAL_DATABASE_SECRET_ARN,
      supaglueApiKeySecretArn: LOCAL_API_KEY_SECRET_ARN,
      reconcileMinutes: 1_440,
      reconcileGraceMinutes: 0,
    };
    run = await startRunWithDatabase(await assembly(context), { withSupaglue: true });
    expect((await reconcile()).gaps).toEqual([]);
  });
  afterAll(() => run.stop());

  const webhooks = (...args: string[]) => run.webhooks(...args);
  async function reconcile(...args: string[]): Promise<ReconcileReport> {
    const { code, stdout, stderr } = await webhooks('reconcile', '--local', '--json', ...args);
    if (code !== 0) throw new Error(`${stderr}\n${run.text()}`);
    return JSON.parse(stdout);
  }
  const change = async (...args: string[]) => (await webhooks('supaglue', ...args)).stdout.trim();
  async function query(sql: string): Promise<Record<string, unknown>[]> {
    const { stdout, stderr } = await webhooks('database', 'query', '--local', '--json', sql);
    if (stderr.includes('does not exist')) return [];
    return JSON.parse(stdout).rows;
  }
  const rowsOf = async (table: string) =>
    Number(
      Object.values(
        (
          await query(`select count(*)::int as n from app.${table} where customer_id = 'other-customer'`)
        )[0] ?? { n: 0 },
      )[0],
    );

  /** Until the event is COMPLETED. */
  async function completed(eventId: string): Promise<Record<string, unknown>> {
    const untilMs = performance.now() + patienceMs(20_000);
    for (;;) {
      const { stdout, code } = await webhooks('events', 'show', eventId, '--local', '--json');
      const record = code === 0 ? JSON.parse(stdout) : {};
      if (record.status === 'COMPLETED') return record;
      if (performance.now() > untilMs) throw new Error(`${eventId}: ${stdout}\n${run.text()}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  async function made(report: ReconcileReport, type: string): Promise<Record<string, unknown>> {
    expect(report.gaps.map((gap) => gap.type)).toEqual([type]);
    return completed(report.gaps[0]?.id ?? '');
  }
  /** The event of Supaglue's own, after all. @returns whose content it has */
  async function late(payload: Record<string, unknown>): Promise<unknown> {
    const file = join(run.directory, 'late.json');
    await writeFile(
      file,
      JSON.stringify({
        customer_id: 'other-customer',
        provider_name: 'hubspot',
        result: 'SUCCESS',
        ...payload,
      }),
    );
    const { stdout, stderr } = await webhooks('send', '--local', '--json', '--file', file);
    const eventId = /"event_id": ?"([^"]+)"/.exec(stdout)?.[1] ?? `${stdout}${stderr}`;
    return (await completed(eventId))['same_content_as'];
  }

  test('a run is transformed, and its late event runs nothing; a dry run changes nothing', async () => {
    const runId = await change('run', `connection=${OTHER}`, 'object=company', 'records=75');
    const tried = await reconcile('--dry-run');
    expect(tried.gaps).toMatchObject([{ kind: 'sync', type: 'sync.complete', key: `sync.${runId}` }]);
    expect(await reconcile('--dry-run')).toEqual(tried);
    expect(await rowsOf('accounts')).toBe(0);
    const report = await reconcile();
    expect(report.gaps).toEqual(tried.gaps);
    await made(report, 'sync.complete');
    expect(await rowsOf('accounts')).toBe(75);
    const same = await late({
      webhook_event_type: 'sync.complete',
      ...{ run_id: runId, connection_id: OTHER, type: 'object', object_type: 'standard', object: 'company' },
    });
    expect(same).toBe(report.gaps[0]?.id);
    expect((await reconcile()).gaps).toEqual([]);
  });

  test('a mapping of a second customer is rebuilt', async () => {
    await change('run', `connection=${OTHER}`, `entity=${ENTITY}`, 'records=25');
    await made(await reconcile(), 'sync.complete');
    const mapped = () =>
      query(
        "select data->>'name' as name from app.entities where customer_id = 'other-customer' and data->>'name' is not null",
      );
    expect(await mapped()).toEqual([]);
    await change('map', `connection=${OTHER}`, `entity=${ENTITY}`, 'object=deal');
    const report = await reconcile();
    const record = await made(report, 'entity.entity_mapping.created');
    expect(Object.keys(record['handlers'] as object)).toContain('rebuild-entity');
    expect(await mapped()).toHaveLength(25);
    const { stdout } = await webhooks('events', 'show', report.gaps[0]?.id ?? '', '--local');
    expect(stdout).toContain('reconciled');
    const same = await late({
      webhook_event_type: 'entity.entity_mapping.created',
      ...{
        connection_id: OTHER,
        application_id: APPLICATION,
        entity_id: ENTITY,
        object_name: 'deal',
        object_type: 'standard',
      },
    });
    expect(same).toBe(report.gaps[0]?.id);
  });

  test('a connection that went is cleaned up, after two listings without it', async () => {
    await change('disconnect', `connection=${OTHER}`);
    expect(await reconcile()).toMatchObject({ gaps: [], waiting: 1, connections: { known: 2, missing: 1 } });
    expect(await rowsOf('accounts')).toBe(75);
    const report = await reconcile();
    await made(report, 'connection.deleted');
    expect(await rowsOf('accounts')).toBe(0);
    const same = await late({
      webhook_event_type: 'connection.deleted',
      ...{
        connection_id: OTHER,
        customer_id: `${APPLICATION}:other-customer`,
        provider_id: 'p',
        category: 'crm',
      },
    });
    expect(same).toBe(report.gaps[0]?.id);
  });
});
