import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type PostgresEngine, startPostgresEngine } from '../../local/engines/postgres.ts';
import { resultText } from '../../operator/commands/database/result-text.ts';
import { readQuery } from '../../operator/core/database.ts';

let engine: PostgresEngine;
beforeAll(async () => {
  engine = await startPostgresEngine();
});
afterAll(() => engine?.stop());

test('what has no zone is shown as the table holds it, wherever this machine is', async () => {
  const { columns, rows } = await readQuery(
    { url: engine.url, supaglueSchema: 'supaglue', applicationSchema: 'app' },
    `select timestamp '2026-07-02 03:04:05.678' as emitted, date '2026-07-02' as day,
            array[timestamp '2026-07-02 03:04:05'] as several,
            timestamptz '2026-07-02 03:04:05+02' as instant`,
    new AbortController().signal,
  );
  // As text: a Date would be this machine's local time, and be printed as another one.
  expect(rows).toEqual([
    ['2026-07-02 03:04:05.678', '2026-07-02', '{"2026-07-02 03:04:05"}', new Date('2026-07-02T01:04:05Z')],
  ]);
  const text = resultText(columns, rows);
  for (const shown of ['2026-07-02 03:04:05.678', '2026-07-02T01:04:05.000Z']) expect(text).toContain(shown);
});
