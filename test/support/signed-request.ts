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
