import { randomUUID } from 'node:crypto';
import { Teardown } from '../../local/teardown.ts';
import type { RedisServer } from '../processes/redis.ts';
import {
  askCompletions,
  type CpuParts,
  type Question,
  type Started,
  type System,
  startSubject,
} from './subject.ts';

/** The tutorial's own design: Express, BullMQ and its worker, each in a process of its own. It stops its Redis too. */
export async function startBullMq(redis: RedisServer, signal: AbortSignal): Promise<System> {
  const teardown = new Teardown();
  teardown.add(() => redis.stop());
  try {
    const args = [String(redis.port), `webhooks-${randomUUID()}`];
    const worker = startSubject('bullmq-worker-process.ts', args, signal);
    teardown.add(() => worker.stop());
    const web = startSubject('bullmq-web-process.ts', args, signal);
    teardown.add(() => web.stop());
    const start: Question = { ask: 'start' };
    await worker.ask(start);
    const { webhookUrl } = await web.ask<Started>(start);
    return {
      name: 'Express, BullMQ, Redis',
      webhookUrl,
      completions: (count) => askCompletions(worker, count),
      async cpu() {
        const question: Question = { ask: 'cpu' };
        const parts = await Promise.all([web.ask<CpuParts>(question), worker.ask<CpuParts>(question)]);
        return { ...parts[0], ...parts[1], redis: await redisCpuMs(redis) };
      },
      summary: () => worker.ask({ ask: 'summary' } satisfies Question),
      stop: () => teardown.run(),
    };
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function redisCpuMs(redis: RedisServer): Promise<number> {
  const [user, system] = await Promise.all([redis.info('used_cpu_user'), redis.info('used_cpu_sys')]);
  return (Number(user) + Number(system)) * 1_000;
}
