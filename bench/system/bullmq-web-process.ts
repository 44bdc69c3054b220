import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { LOOPBACK } from '../../local/loopback-server.ts';
import { BENCH_SECRET } from '../far-end/function-environment.ts';
import { answerQuestions } from '../processes/helper-process.ts';
import { createTutorialServer } from '../rivals/tutorial-server.ts';
import type { Question } from './subject.ts';
import { threadCpu, totalMs } from './thread-cpu.ts';

// The tutorial's server with the retries that this project has: REDIS_PORT QUEUE
const [port = '', queueName = ''] = process.argv.slice(2);

async function start() {
  const { app, queue } = createTutorialServer({
    redisPort: Number(port),
    secret: BENCH_SECRET,
    queueName,
    // The id keeps a webhook that is sent again off the queue.
    jobOptions: (svixId) => ({
      jobId: svixId,
      attempts: 12,
      backoff: { type: 'exponential', delay: 10_000 },
    }),
  });
  await queue.waitUntilReady();
  const server = app.listen(0, LOOPBACK);
  await once(server, 'listening');
  return { webhookUrl: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/webhooks` };
}

answerQuestions(async ({ ask }: Question) => {
  if (ask === 'start') return start();
  return { web: totalMs(await threadCpu(process.pid)) };
});
