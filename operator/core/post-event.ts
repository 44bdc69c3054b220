import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { text as readText } from 'node:stream/consumers';
import { parseRecord } from '../../local/json.ts';
import { isLoopbackUrl } from './loopback.ts';
import { proxyAgent } from './proxy.ts';

/** Svix counts an answer that takes longer as a failure, so a longer one is of no use here either. */
const ANSWER_TIMEOUT_MS = 15_000;

/** A signed request, as it goes over the wire. */
export interface SignedRequest {
  readonly id: string;
  /** Value of `svix-timestamp`. */
  readonly timestamp: string;
  readonly signature: string;
  readonly body: Uint8Array;
}

export interface WebhookAnswer {
  readonly status: number;
  /** Stable code of the answer; absent when it is not this project's (a gateway's 429, say). */
  readonly code?: string;
  readonly message?: string;
  readonly request_id?: string;
  readonly took_ms: number;
}

/** Posts as Svix does, without following redirects: Svix takes a 3xx for a failure. */
export async function postEvent(
  webhookUrl: string,
  request: SignedRequest,
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  const startedAtMs = performance.now();
  const headers = {
    // As Svix sends it. API Gateway hands JSON on as text, which would replace bytes that are no UTF-8.
    'content-type': isUtf8(request.body) ? 'application/json' : 'application/octet-stream',
    'svix-id': request.id,
    'svix-timestamp': request.timestamp,
    'svix-signature': request.signature,
  };
  const ends = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
  const { status, text } = await post(new URL(webhookUrl), headers, request.body, ends);
  return {
    status,
    ...answerFields(text),
    took_ms: Math.round(performance.now() - startedAtMs),
  };
}

/**
 * By an agent of its own to this machine: those of Node, and its `fetch`, hand even such a request to the proxy that
 * the environment names (NODE_USE_ENV_PROXY).
 */
async function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string }> {
  const isHttps = url.protocol === 'https:';
  const request = isHttps ? httpsRequest : httpRequest;
  const remote = isHttps ? { agent: new HttpsAgent({ ...proxyAgent, keepAlive: false }) } : {};
  const own = isLoopbackUrl(url.href) ? { agent: new Agent() } : remote;
  const outgoing = request(url, { method: 'POST', headers, signal, ...own }).end(body);
  try {
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    return { status: answer.statusCode ?? 0, text: await readText(answer) };
  } catch (error) {
    // Node's own error names no cause: a time-out and an interrupt are told apart by it.
    signal.throwIfAborted();
    throw error;
  }
}

function answerFields(text: string): Pick<WebhookAnswer, 'code' | 'message' | 'request_id'> {
  const answer = parseRecord(text) ?? {};
  const read = (name: 'code' | 'message' | 'request_id') =>
    typeof answer[name] === 'string' ? { [name]: answer[name] } : {};
  return { ...read('code'), ...read('message'), ...read('request_id') };
}
