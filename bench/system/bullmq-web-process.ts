import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Queue } from 'bullmq';
import express from 'express';
import { Webhook } from 'svix';
import { LOOPBACK } from '../../local/loopback-server.ts';
import { BENCH_SECRET } from '../far-end/bench-secret.ts';
import { answerQuestions } from '../processes/helper-process.ts';
import type { Question, Started } from './subject.ts';
import { threadCpu, totalMs } from './thread-cpu.ts';

// The tutorial's design, with the signature verified: Express puts the event on a BullMQ queue. REDIS_PORT QUEUE
const [port = '', queueName = ''] = process.argv.slice(2);

async function start(): Promise<Started> {
  const queue = new Queue(queueName, { connection: { host: LOOPBACK, port: Number(port) } });
  await queue.waitUntilReady();
  const webhook = new Webhook(BENCH_SECRET);
  const app = express();
  app.post(
    '/webhooks',
    express.raw({ type: 'application/json', limit: '1mb' }),
    async ({ body, headers }, response) => {
      let event: unknown;
      try {
        event = webhook.verify(body as Buffer, headers as Record<string, string>);
      } catch {
        response.status(400).json({ message: 'invalid signature' });
        return;
      }
      // The id keeps a webhook that is sent again off the queue; retries as this project has them.
      await queue.add('webhook', event, {
        jobId: String(headers['svix-id']),
        attempts: 12,
        backoff: { type: 'exponential', delay: 10_000 },
        removeOnComplete: true,
      });
      response.status(200).json({ message: 'accepted' });
    },
  );
  const server = createServer(app).listen(0, LOOPBACK);
  await once(server, 'listening');
  return { webhookUrl: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}/webhooks` };
}

answerQuestions(async ({ ask }: Question) => {
  if (ask === 'start') return start();
  return { web: totalMs(await threadCpu(process.pid)) };
});
