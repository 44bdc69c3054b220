import { Agent } from 'node:http';
import { join } from 'node:path';
import { INGEST_ENTRY } from '../../lib/project-paths.ts';
import { asNodejsFunction } from '../bundles/as-nodejs-function.ts';
import { withOwnBundling } from '../bundles/with-own-bundling.ts';
import { signedHeaders, syncBody } from '../far-end/lambda-events.ts';
import { startHelper } from '../processes/helper-process.ts';
import type { RedisServer } from '../processes/redis.ts';
import { postWebhook } from '../system/load.ts';

export interface SubjectOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly redis: RedisServer | undefined;
  readonly signal: AbortSignal;
}

export const FLOOR = 'bare SendMessage';
export const OURS = 'ours';
export const USUAL = 'usual way';
export const TUTORIAL = 'Express + BullMQ';

export type Entries = Readonly<Record<typeof FLOOR | typeof OURS | typeof USUAL, string>>;

export async function bundleSubjects(directory: string): Promise<Entries> {
  const own = await withOwnBundling(join(directory, 'own'), {
    ingest: INGEST_ENTRY,
    floor: 'bench/warm-ingest/bare-send.ts',
  });
  const usual = await asNodejsFunction({
    entry: 'bench/rivals/usual-ingest.ts',
    outDirectory: join(directory, 'usual'),
    sdkInside: true,
  });
  return { [FLOOR]: own.floor.entry, [OURS]: own.ingest.entry, [USUAL]: usual.entry };
}

/** Each in a process of its own. */
export async function startSubjects(
  entries: Entries,
  options: SubjectOptions,
): Promise<readonly IngestSubject[]> {
  const functions = Object.entries(entries).map(([name, entry]) => functionSubject(name, entry, options));
  const { redis } = options;
  return redis === undefined ? functions : [...functions, await tutorialSubject(redis, options)];
}

function functionSubject(
  name: string,
  entry: string,
  { environment, signal }: SubjectOptions,
): IngestSubject {
  const script = join(import.meta.dirname, 'ingest-worker.ts');
  const helper = startHelper({ script, args: [entry], environment, signal });
  return {
    name,
    measure: async (segment) => (await helper.ask<{ cpuUs: number }>(segment)).cpuUs,
    stop: () => helper.stop(),
  };
}

/** Webhooks come by HTTP over one connection that stays open; this process is their sender. */
async function tutorialSubject(redis: RedisServer, { signal }: SubjectOptions): Promise<IngestSubject> {
  const script = join(import.meta.dirname, 'tutorial-worker.ts');
  const helper = startHelper({ script, args: [String(redis.port)], signal });
  const { port } = await helper.ask<{ port: number }>('port');
  const url = `http://127.0.0.1:${port}/webhooks`;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const cpuUs = async () => (await helper.ask<{ cpuUs: number }>('cpu')).cpuUs;
  return {
    name: TUTORIAL,
    async measure({ bytes, calls }) {
      const body = syncBody(bytes);
      const headers = Array.from({ length: calls }, () => signedHeaders(body));
      const waitingBefore = await redis.waiting('webhooks');
      const before = await cpuUs();
      for (const each of headers) await postWebhook(url, { agent, headers: each }, body);
      const used = (await cpuUs()) - before;
      const queued = (await redis.waiting('webhooks')) - waitingBefore;
      if (queued !== calls) throw new Error(`BullMQ holds ${queued} of ${calls} webhooks`);
      await redis.flush();
      return used;
    },
    async stop() {
      agent.destroy();
      await helper.stop();
    },
  };
}

/** A stretch of webhooks of one size, sent one after the other. */
export interface Segment {
  readonly bytes: number;
  readonly calls: number;
}

export interface IngestSubject {
  readonly name: string;
  /** CPU time of the subject's process for a segment, in microseconds. Rejects when one was not accepted. */
  measure(segment: Segment): Promise<number>;
  stop(): Promise<void>;
}
