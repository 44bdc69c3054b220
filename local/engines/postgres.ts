import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { LOOPBACK } from '../loopback-server.ts';

export interface PostgresEngineOptions {
  /** Where the data are kept; absent: in memory. */
  readonly dataDirectory?: string;
  /** @default 20 */
  readonly maxConnections?: number;
}

export interface PostgresEngine {
  /** `postgres://…?sslmode=disable` on loopback. Any user and password are let in. */
  readonly url: string;
  stop(): Promise<void>;
}

const DEFAULT_MAX_CONNECTIONS = 20;

/**
 * PostgreSQL in WebAssembly, in a thread of its own: a query computes for as long as it takes, and this process goes
 * on meanwhile.
 *
 * All connections share one session, one statement after the other; while one is in a transaction the others wait.
 * So each connection must begin a transaction before it sends a statement with parameters (the parts of two such
 * statements would mix outside), settings must be LOCAL, and locks conflict with nobody. Timeouts are settings without
 * effect: nothing interrupts a query.
 *
 * @throws {Error} when it does not start
 */
export async function startPostgresEngine(options: PostgresEngineOptions = {}): Promise<PostgresEngine> {
  const { dataDirectory, maxConnections = DEFAULT_MAX_CONNECTIONS } = options;
  const worker = new Worker(new URL('./postgres-worker.mjs', import.meta.url), {
    execArgv: [],
    workerData: { dataDirectory, maxConnections },
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
