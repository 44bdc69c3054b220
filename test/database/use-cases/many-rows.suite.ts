import { beforeAll, expect, test } from '@jest/globals';
import { transformSyncedData } from '../../../lambdas/database/use-cases/transform-synced-data.ts';
import { objectSynced } from './events.ts';
import { handling, type World } from './world.ts';

export function manyRowsSuite(given: () => World): void {
  const ROWS = Number(process.env['DATABASE_TEST_ROWS'] ?? 10_000);
  /** Of this thread's heap: the rows stay in PostgreSQL, whose memory is another thread's. */
  const MAX_HEAP_GROWTH_BYTES = 32 * 1024 * 1024;

  let world: World;
  beforeAll(() => {
    world = given();
  });

  test(
    `${ROWS} rows are transformed in batches; the function's memory does not grow with them`,
    async () => {
      await world.reset();
      await world.seed({ to: ROWS, raw: { firstname: 'Ada', note: 'x'.repeat(500) } });
      let peakBytes = 0;
      let transactions = 0;
      const beforeBytes = process.memoryUsage().heapUsed;
      const database: typeof world.database = {
        ...world.database,
        async transaction(work, bounds) {
          transactions++;
          const result = await world.database.transaction(work, bounds);
          peakBytes = Math.max(peakBytes, process.memoryUsage().heapUsed);
          return result;
        },
      };
      const startedAtMs = Date.now();
      const deadline = new Date(startedAtMs + 10 * 60_000);
      await transformSyncedData(handling(objectSynced(), { deadline }), database);
      const tookMs = Date.now() - startedAtMs;

      const [row] = await world.rows(
        `select count(*)::int as rows from ${world.postgres.applicationSchema}.contacts`,
      );
      const growthBytes = peakBytes - beforeBytes;
      process.stdout.write(
        `${ROWS} rows in ${transactions} transactions, ${tookMs} ms, heap grew by ${(growthBytes / 1024 / 1024).toFixed(1)} MiB\n`,
      );
      expect(row?.['rows']).toBe(ROWS);
      expect(growthBytes).toBeLessThan(MAX_HEAP_GROWTH_BYTES);
    },
    15 * 60_000,
  );
}
