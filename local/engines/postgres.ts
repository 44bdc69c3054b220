import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LOOPBACK } from '../loopback-server.ts';

export interface PostgresEngineOptions {
  /**
   * An empty cluster to start from, made by the first start: 5 MB.
   *
   * @default below the folder that npm has installed PGlite in, for this version of it
   */
  readonly clusterFile?: string;
}

export interface PostgresEngine {
  /** `postgres://…?sslmode=disable` on loopback. Any user and password are let in. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * PostgreSQL in WebAssembly and in memory, in a thread of its own: a query computes for as long as it takes, and this process goes
 * on meanwhile.
 *
 * All connections share one session, one statement after the other; while one is in a transaction the others wait.
 * So each connection must begin a transaction before it sends a statement with parameters (the parts of two such
 * statements would mix outside), settings must be LOCAL, and locks conflict with nobody. Timeouts are settings without
 * effect: nothing interrupts a query.
 *
 * @throws {Error} when it does not start
 */
export async function startPostgresEngine({
  clusterFile = keptCluster(),
}: PostgresEngineOptions = {}): Promise<PostgresEngine> {
  const worker = new Worker(new URL('./postgres-worker.mjs', import.meta.url), {
    execArgv: [],
    workerData: { clusterFile },
  });
  const exited = once(worker, 'exit');
  // `once` rejects with the worker's own error; one that ends without a word would be waited for for ever.
  const [port]: unknown[] = await Promise.race([
    once(worker, 'message'),
    exited.then(([code]) => Promise.reject(new Error(`PostgreSQL did not start (exit status ${code})`))),
  ]);
  return {
    url: `postgres://postgres:local@${LOOPBACK}:${port}/postgres?sslmode=disable`,
    async stop() {
      worker.postMessage('stop');
      await exited;
    },
  };
}

function keptCluster(): string {
  const library = join(createRequire(import.meta.url).resolve('@electric-sql/pglite'), '../..');
  const { version } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8'));
  return join(library, '../../.cache/supaglue-webhooks', `pglite-${version}.tar.gz`);
}
