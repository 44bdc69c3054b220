import { randomUUID } from 'node:crypto';
import { sign } from '../../lambdas/ingest/signature.ts';

export interface SignedRequest {
  readonly id?: string;
  readonly body: string;
  readonly secret: string;
}

/** The headers that Svix sends with a body. */
export function signedHeaders({ id = `msg_${randomUUID()}`, body, secret }: SignedRequest) {
  const timestampSeconds = Math.floor(Date.now() / 1000);
  return {
    'content-type': 'application/json',
    'svix-id': id,
    'svix-timestamp': String(timestampSeconds),
    'svix-signature': sign({ id, timestampSeconds, body, secret }),
  };
}

/** Posts a signed body as Svix does. */
export function postSigned(url: string, request: SignedRequest): Promise<Response> {
  return fetch(url, { method: 'POST', headers: signedHeaders(request), body: request.body });
}

/**
 * As Svix does: what is answered with 503 (on a busy machine SQS does not confirm in time) or 500 (the function itself
 * took too long) is sent again, signed anew. The first one may be on the queue all the same.
 */
export async function deliverSigned(url: string, request: SignedRequest): Promise<Response> {
  for (;;) {
    const answer = await postSigned(url, request);
    if (answer.status < 500) return answer;
  }
}
