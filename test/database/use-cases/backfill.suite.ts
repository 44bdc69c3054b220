import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createBackfillObject } from '../../../lambdas/database/use-cases/backfill-object.ts';
import { rebuildEntity } from '../../../lambdas/database/use-cases/rebuild-entity.ts';
import { createRequestFullSync } from '../../../lambdas/database/use-cases/supaglue-api.ts';
import { transformSyncedData } from '../../../lambdas/database/use-cases/transform-synced-data.ts';
import { entityCreated, entityDeleted, entitySynced, fieldsMapped, objectSynced } from './events.ts';
import { handling, type World } from './world.ts';

export function backfillSuite(given: () => World): void {
  let world: World;
  beforeAll(() => {
    world = given();
  });
  beforeEach(() => world.reset());

  const small = { batchRows: 4 };
  const sync = (event = objectSynced()) => transformSyncedData(handling(event), world.database, small);
  const mapped = async (table = 'contacts', column = 'mapped_data') =>
    world.rows(`select distinct ${column} as data from ${world.postgres.applicationSchema}.${table}`);

  /** New mapped data under the old times: what a changed mapping looks like before the next full sync. */
  const remap = (table: string) =>
    world.rows(
      `update ${world.postgres.supaglueSchema}.${table} set _supaglue_mapped_data = '{"tier":"gold"}'`,
    );

  /** Answers as it is told and keeps what it was asked. */
  async function withSupaglue(status: number, work: (url: string, asked: Asked[]) => Promise<void>) {
    const asked: Asked[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      asked.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
      response.writeHead(status).end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    try {
      await work(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`, asked);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }
  interface Asked {
    readonly headers: IncomingHttpHeaders;
    readonly body: unknown;
  }

  test('a changed field mapping reads all rows again, also those that have not changed', async () => {
    await world.seed({ to: 6, modifiedMinute: 0, mapped: { tier: 'old' } });
    await world.seed({ from: 7, to: 9, modifiedMinute: 600, mapped: { tier: 'old' } });
    await sync();
    await remap('hubspot_contact');
    await sync({ ...objectSynced() });
    expect(await mapped()).toHaveLength(2);
    await createBackfillObject()(handling(fieldsMapped()), world.database, small);
    expect(await mapped()).toEqual([{ data: { tier: 'gold' } }]);
  });

  test('a repeated attempt goes on behind the rows that are done, and walks over them no second time', async () => {
    await world.seed({ to: 12 });
    const deadline = new Date(Date.now() + 30_000);
    const late = { ...small, nowMs: () => deadline.getTime() };
    const backfill = createBackfillObject();
    await expect(backfill(handling(fieldsMapped(), { deadline }), world.database, late)).rejects.toThrow(
      'goes on with the next attempt',
    );
    const read: unknown[] = [];
    const logger = {
      debug() {},
      info: (_: string, extra: unknown) => read.push(extra),
      warn() {},
      error() {},
    };
    await backfill(handling(fieldsMapped(), { attempt: 2, logger }), world.database, small);
    await backfill(handling(fieldsMapped(), { attempt: 3, logger }), world.database, small);
    expect(read).toEqual([{ rows: 8 }, { rows: 0 }]);
  });

  test('it asks Supaglue for a full sync, and not again when only the record of that attempt was lost', async () => {
    await withSupaglue(200, async (url, asked) => {
      await world.seed({ to: 6 });
      const requestFullSync = createRequestFullSync({ readApiKey: async () => 'example-key', url });
      const backfill = createBackfillObject(requestFullSync);
      await backfill(handling(fieldsMapped()), world.database, small);
      await backfill(handling(fieldsMapped(), { attempt: 2 }), world.database, small);
      expect(asked).toHaveLength(1);
      expect(asked[0]?.headers).toMatchObject({
        'x-api-key': 'example-key',
        'x-customer-id': 'customer-1',
        'x-provider-name': 'hubspot',
      });
      expect(asked[0]?.body).toEqual({
        object_type: 'standard',
        object: 'contact',
        perform_full_refresh: true,
      });
      // What the full sync writes is read by its own event, whatever its rows' times are.
      await world.seed({ to: 6, modifiedMinute: 0, emittedMinute: 900, mapped: { tier: 'new' } });
      await sync();
      expect(await mapped()).toEqual([{ data: { tier: 'new' } }]);
    });
  });

  test.each([
    [404, { retryable: false, code: 'supaglue-refused' }],
    [503, { message: 'Supaglue answered 503 to the request for a full sync' }],
    [401, { message: 'Supaglue answered 401 to the request for a full sync' }],
  ])('an answer of %i fails readably after the rows are done', async (status, error) => {
    await withSupaglue(status, async (url) => {
      await world.seed({ to: 6 });
      const requestFullSync = createRequestFullSync({ readApiKey: async () => 'example-key', url });
      const backfill = createBackfillObject(requestFullSync);
      await expect(backfill(handling(fieldsMapped()), world.database, small)).rejects.toMatchObject(error);
      expect(await mapped()).toHaveLength(1);
    });
  });

  test('a key that is not stored yet is waited for', async () => {
    await world.seed({ to: 1 });
    const backfill = createBackfillObject(createRequestFullSync({ readApiKey: async () => undefined }));
    await expect(backfill(handling(fieldsMapped()), world.database)).rejects.toThrow('holds no value yet');
  });

  test('an entity is rebuilt with its mapping, and removed with it; another customer keeps its rows', async () => {
    const other = { customer: 'customer-2', connection: 'connection-2' };
    await world.seed({ table: 'entity_lead_source', to: 6, mapped: { tier: 'old' } });
    await world.seed({
      table: 'entity_lead_source',
      to: 2,
      customerId: 'customer-2',
      mapped: { tier: 'old' },
    });
    await sync(entitySynced());
    await sync(entitySynced(other));
    await remap('entity_lead_source');
    await rebuildEntity(handling(entityCreated()), world.database, small);
    expect(await mapped('entities', 'data')).toHaveLength(2);
    await rebuildEntity(handling(entityDeleted()), world.database, small);
    expect(await mapped('entities', 'customer_id')).toEqual([{ data: 'customer-2' }]);
    // Mapped once more: all of it is read.
    await rebuildEntity(handling(entityCreated(), { eventId: 'msg_3' }), world.database, small);
    expect(await mapped('entities', 'id')).toHaveLength(6);
  });

  test('an entity that has not synced yet waits for its sync', async () => {
    await world.seed({ table: 'entity_lead_source', to: 6 });
    await rebuildEntity(handling(entityCreated()), world.database, small);
    await rebuildEntity(handling(entityDeleted()), world.database, small);
    expect(await mapped('entities', 'id')).toEqual([]);
    await sync(entitySynced());
    expect(await mapped('entities', 'id')).toHaveLength(6);
  });
}
