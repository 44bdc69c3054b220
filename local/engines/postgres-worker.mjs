// Runs in a worker thread: PGlite computes on the thread that it is called from.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parentPort, threadId, workerData } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const { clusterFile } = workerData;
const db = await start();
const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 20 });
await server.start();
parentPort.on('message', async () => {
  await server.stop();
  await db.close();
  parentPort.close();
});
parentPort.postMessage(Number(server.getServerConn().split(':').at(-1)));

/** To make a cluster is two thirds of a start, so an empty one is kept. Without it a start only takes longer. */
async function start() {
  try {
    // The checksum in it tells a file that is not whole.
    return await PGlite.create({ loadDataDir: new Blob([gunzipSync(await readFile(clusterFile))]) });
  } catch {
    const made = await PGlite.create();
    await keep(made).catch(() => undefined);
    return made;
  }
}

async function keep(made) {
  const own = `${clusterFile}.${process.pid}-${threadId}`;
  await mkdir(dirname(clusterFile), { recursive: true });
  try {
    await writeFile(own, (await made.dumpDataDir('gzip')).stream());
    await rename(own, clusterFile);
  } finally {
    await rm(own, { force: true });
  }
}
