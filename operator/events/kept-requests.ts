import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { CommandError } from '../core/command-error.ts';
import type { Target } from '../core/target.ts';
import type { Capture } from '../explain/capture.ts';
import { readCapture } from '../explain/read-capture.ts';
import type { IngestLine } from './ingest-log.ts';

/** What a local run's ingest logged, newest first, as far as the run keeps it. */
export async function keptLines(target: Target, signal: AbortSignal): Promise<readonly IngestLine[]> {
  return JSON.parse(String((await ask(target, '', signal)) ?? '[]'));
}

/** A request that a local run has kept whole, by its own id or its event's; a stack keeps none. */
export async function keptRequest(
  target: Target,
  id: string,
  signal: AbortSignal,
): Promise<Capture | undefined> {
  const file = await ask(target, encodeURIComponent(id), signal);
  return file === undefined ? undefined : readCapture(file);
}

async function ask({ received }: Target, path: string, signal: AbortSignal): Promise<Buffer | undefined> {
  if (received === undefined) return undefined;
  const headers = { authorization: `AWS4-HMAC-SHA256 Credential=${received.accessKeyId}/local` };
  // By an agent of its own: Node's hands even such a request to the proxy that the environment names.
  const outgoing = request(`${received.url}/${path}`, { agent: new Agent(), headers, signal }).end();
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  const body = await buffer(answer);
  if (answer.statusCode === 404) return undefined;
  if (answer.statusCode !== 200) throw new CommandError(`the local run refuses to tell: ${body}`);
  return body;
}
