import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { startPostgresEngine } from '../../../local/engines/postgres.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'postgres-engine-'));
});
afterAll(() => rm(directory, { recursive: true }));

/** Starts one that keeps its cluster there, and asks for its tables; then makes one of its own. */
async function tablesOf(file: string): Promise<readonly string[]> {
  const engine = await startPostgresEngine({ clusterFile: file });
  try {
    const client = new pg.Client({ connectionString: engine.url });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public'",
    );
    await client.query('create table made_later ()');
    await client.end();
    return rows.map(({ name }) => name);
  } finally {
    await engine.stop();
  }
}

test('an empty cluster is kept, in place of a file that is not whole, and taken by the next start', async () => {
  const cache = join(directory, 'cache');
  const clusterFile = join(cache, 'cluster.tar.gz');
  await mkdir(cache);
  await writeFile(clusterFile, gzipSync('a cluster').subarray(0, 20));
  expect(await tablesOf(clusterFile)).toEqual([]);
  expect(await readdir(cache)).toEqual(['cluster.tar.gz']);

  const loadDataDir = new Blob([gunzipSync(await readFile(clusterFile))]);
  const altered = await PGlite.create({ loadDataDir });
  await altered.exec('create table kept ()');
  await writeFile(clusterFile, (await altered.dumpDataDir('gzip')).stream());
  await altered.close();
  for (const _start of ['one', 'another']) expect(await tablesOf(clusterFile)).toEqual(['kept']);
});

test('where nothing can be kept it starts all the same, and leaves nothing', async () => {
  const taken = join(directory, 'taken');
  await mkdir(join(taken, 'cluster.tar.gz'), { recursive: true });
  expect(await tablesOf(join(taken, 'cluster.tar.gz'))).toEqual([]);
  expect(await readdir(taken)).toEqual(['cluster.tar.gz']);
});
