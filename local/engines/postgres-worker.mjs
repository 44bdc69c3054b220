// Runs in a worker thread: PGlite computes on the thread that it is called from.
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const { dataDirectory, maxConnections } = workerData;
const db = await PGlite.create(dataDirectory === undefined ? {} : { dataDir: dataDirectory });
const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections });
await server.start();
parentPort.on('message', async () => {
  await server.stop();
  await db.close();
  parentPort.close();
});
parentPort.postMessage(Number(server.getServerConn().split(':').at(-1)));
