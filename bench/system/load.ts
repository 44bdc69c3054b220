import { Agent, type RequestOptions, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { signedHeaders, syncBody } from '../far-end/lambda-events.ts';
import { type Completion, preciseNowMs } from './subject.ts';
import type { System } from './systems.ts';

const BODY_BYTES = 500;

/** What a load did to a system. Times in milliseconds. */
export interface LoadResult {
  readonly events: number;
  /** From the first request to the last completion. */
  readonly tookMs: number;
  /** From each request to its event's completion. */
  readonly latenciesMs: readonly number[];
}

export interface Load {
  readonly events: number;
  /** Requests under way at once. */
  readonly concurrency: number;
  /** Absent: as fast as they are answered. */
  readonly perSecond?: number;
}

/** Posts signed webhooks, and waits until every one of them is completed, once. */
export async function putLoad(system: System, load: Load, signal: AbortSignal): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.concurrency });
  const sentAtMs = new Map<string, number>();
  const startedAtMs = preciseNowMs();
  const completions = system.completions(load.events);
  try {
    const posting = load.perSecond === undefined ? atOnce : paced;
    await Promise.all([
      posting(load, signal, () => postOne(system.webhookUrl, agent, sentAtMs, signal)),
      completions,
    ]);
  } finally {
    agent.destroy();
  }
  const completed = await completions;
  check(sentAtMs, completed);
  return {
    events: load.events,
    tookMs: Math.max(...completed.map(([, atMs]) => atMs)) - startedAtMs,
    latenciesMs: completed.map(([id, atMs]) => atMs - (sentAtMs.get(id) ?? Number.NaN)),
  };
}

async function atOnce({ events, concurrency }: Load, signal: AbortSignal, post: () => Promise<void>) {
  let left = events;
  const sender = async () => {
    while (left > 0 && !signal.aborted) {
      left -= 1;
      await post();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, sender));
}

/** At a steady pace whatever is answered when: a slow answer holds nothing back. */
async function paced({ events, perSecond = 1 }: Load, signal: AbortSignal, post: () => Promise<void>) {
  const startedMs = performance.now();
  const posts: Promise<void>[] = [];
  for (let index = 0; index < events; index += 1) {
    const waitMs = startedMs + (index * 1_000) / perSecond - performance.now();
    if (waitMs > 0) await delay(waitMs, undefined, { signal });
    posts.push(post());
  }
  await Promise.all(posts);
}

function postOne(
  url: string,
  agent: Agent,
  sentAtMs: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  const body = syncBody(BODY_BYTES);
  const headers = signedHeaders(body);
  sentAtMs.set(headers['svix-id'] ?? '', preciseNowMs());
  return postWebhook(url, { agent, headers, signal }, body);
}

/** Rejects when it is not accepted. */
export function postWebhook(url: string, options: RequestOptions, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const posted = request(url, { ...options, method: 'POST' }, (answer) => {
      answer.resume().on('end', () => {
        if (answer.statusCode === 200) resolve();
        else reject(new Error(`a webhook was answered with ${answer.statusCode}`));
      });
    });
    posted.on('error', reject);
    posted.end(body);
  });
}

function check(sent: ReadonlyMap<string, number>, completed: readonly Completion[]): void {
  const ids = new Set(completed.map(([id]) => id));
  if (completed.length !== sent.size || ids.size !== sent.size || [...ids].some((id) => !sent.has(id))) {
    throw new Error(`${sent.size} events were sent, and ${completed.length} completions of ${ids.size} came`);
  }
}
