import { randomUUID } from 'node:crypto';
import { Teardown } from '../../local/teardown.ts';
import { type HelperProcess, startHelper } from '../processes/helper-process.ts';
import type { RedisServer } from '../processes/redis.ts';
import type { Completion, CpuParts, Question, Summary } from './subject.ts';

/** A system under load: one process or several, with its answers put together. */
export interface System {
  readonly name: string;
  readonly webhookUrl: string;
  completions(count: number): Promise<readonly Completion[]>;
  cpu(): Promise<CpuParts>;
  summary(): Promise<Summary>;
  stop(): Promise<void>;
}

/** Longer than a lease: on a busy machine a call may time out, and its event comes back after that. */
const COMPLETED_WITHIN_MS = 150_000;

export function startSubject(file: string, args: readonly string[], signal: AbortSignal): HelperProcess {
  return startHelper({ script: `${import.meta.dirname}/${file}`, args, signal });
}

/** This project: the deployed assembly on the local engines, in one process. */
export function startLocalPipeline(assemblyDirectory: string, signal: AbortSignal): Promise<System> {
  const only = startSubject('local-pipeline-process.ts', [assemblyDirectory], signal);
  return systemOf('this project, locally', [only]);
}

/** The tutorial's own design: Express, BullMQ and its worker, each in a process of its own. It stops its Redis too. */
export function startBullMq(redis: RedisServer, signal: AbortSignal): Promise<System> {
  const args = [String(redis.port), `webhooks-${randomUUID()}`];
  const worker = startSubject('bullmq-worker-process.ts', args, signal);
  const web = startSubject('bullmq-web-process.ts', args, signal);
  return systemOf('Express, BullMQ, Redis', [worker, web], redis);
}

/** The first process tells of completions; the last to start takes the webhooks. */
async function systemOf(
  name: string,
  helpers: readonly [HelperProcess, ...HelperProcess[]],
  redis?: RedisServer,
): Promise<System> {
  const teardown = new Teardown();
  if (redis !== undefined) teardown.add(() => redis.stop());
  teardown.add(() => Promise.all(helpers.map((helper) => helper.stop())));
  const [worker] = helpers;
  const ask = <Answer>(helper: HelperProcess, question: Question) => helper.ask<Answer>(question);
  try {
    let webhookUrl = '';
    for (const helper of helpers) {
      ({ webhookUrl } = await ask<{ webhookUrl: string }>(helper, { ask: 'start' }));
    }
    return {
      name,
      webhookUrl,
      completions: (count) => ask(worker, { ask: 'completions', count, withinMs: COMPLETED_WITHIN_MS }),
      async cpu() {
        const parts = helpers.map((helper) => ask<CpuParts>(helper, { ask: 'cpu' }));
        const ofRedis = redis === undefined ? {} : { redis: await redisCpuMs(redis) };
        return Object.assign({}, ...(await Promise.all(parts)), ofRedis);
      },
      summary: () => ask(worker, { ask: 'summary' }),
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
