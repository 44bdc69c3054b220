import { isUtf8 } from 'node:buffer';

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
  const response = await fetch(webhookUrl, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      // As Svix sends it. API Gateway hands JSON on as text, which would replace bytes that are no UTF-8.
      'content-type': isUtf8(request.body) ? 'application/json' : 'application/octet-stream',
      'svix-id': request.id,
      'svix-timestamp': request.timestamp,
      'svix-signature': request.signature,
    },
    body: request.body,
    signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]),
  });
  const text = await response.text();
  return {
    status: response.status,
    ...answerFields(text),
    took_ms: Math.round(performance.now() - startedAtMs),
  };
}

function answerFields(text: string): Pick<WebhookAnswer, 'code' | 'message' | 'request_id'> {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return {};
  }
  if (typeof answer !== 'object' || answer === null) return {};
  const fields = new Map(Object.entries(answer));
  const read = (name: 'code' | 'message' | 'request_id') => {
    const value: unknown = fields.get(name);
    return typeof value === 'string' ? { [name]: value } : {};
  };
  return { ...read('code'), ...read('message'), ...read('request_id') };
}
