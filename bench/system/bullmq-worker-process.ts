import { type Job, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { LOOPBACK } from '../../local/loopback-server.ts';
import { answerQuestions } from '../processes/helper-process.ts';
import { CompletionLog, type Question, type Summary } from './subject.ts';
import { threadCpu, totalMs } from './thread-cpu.ts';

// The worker of the tutorial's design, with an idempotency key: REDIS_PORT QUEUE
const [port = '', queueName = ''] = process.argv.slice(2);
/** As many at once as this project's consumer: five batches of ten. */
const CONCURRENCY = 50;
const KEPT_SECONDS = 100 * 86_400;
const log = new CompletionLog();
let done = 0;

async function start() {
  const redis = new Redis(Number(port), LOOPBACK);
  const worker = new Worker(
    queueName,
    async ({ id }: Job) => {
      // Claimed, then completed: two writes, as the ledger makes them.
      const claimed = await redis.set(`event:${id}`, 'IN_PROGRESS', 'EX', KEPT_SECONDS, 'NX');
      if (claimed === null && (await redis.get(`event:${id}`)) === 'COMPLETED') return;
      // Here the handler would run: as in this project's, a sync that succeeded is nothing to alert of.
      done += 1;
      await redis.set(`event:${id}`, 'COMPLETED', 'EX', KEPT_SECONDS);
    },
    { connection: { host: LOOPBACK, port: Number(port) }, concurrency: CONCURRENCY },
  );
  worker.on('completed', ({ id }: Job) => log.add(String(id)));
  await worker.waitUntilReady();
  return {};
}

answerQuestions(async (question: Question) => {
  switch (question.ask) {
    case 'start':
      return start();
    case 'completions':
      return log.take(question.count, question.withinMs);
    case 'summary':
      return { completed: log.ids.size, done } satisfies Summary;
    default:
      return { worker: totalMs(await threadCpu(process.pid)) };
  }
});
