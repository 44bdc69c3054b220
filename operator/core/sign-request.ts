import { createHmac, randomBytes } from 'node:crypto';
import { TIMESTAMP_TOLERANCE_SECONDS } from '../../lambdas/contract/http.ts';
import { sign } from '../../lambdas/ingest/signature.ts';
import type { SignedRequest } from './post-event.ts';

/** The parts of a request that can be broken on purpose, to see it refused. */
export const TAMPERINGS = ['body', 'signature', 'timestamp'] as const;
export type Tampering = (typeof TAMPERINGS)[number];

/** Well outside of the tolerance, and a time that a late replay might have. */
const STALE_BY_SECONDS = 2 * TIMESTAMP_TOLERANCE_SECONDS;

export interface SignInput {
  readonly id: string;
  readonly body: Buffer;
  readonly secret: string;
  readonly nowMs: number;
  readonly tamper?: Tampering;
}

/** A request signed as Svix signs, then tampered with where that is asked for. */
export function signRequest({ id, body, secret, nowMs, tamper }: SignInput): SignedRequest {
  const ageSeconds = tamper === 'timestamp' ? STALE_BY_SECONDS : 0;
  const timestampSeconds = Math.floor(nowMs / 1000) - ageSeconds;
  const signature = sign({ id, timestampSeconds, body, secret });
  return {
    id,
    timestamp: String(timestampSeconds),
    // Well formed, and made with a key that nobody has.
    signature: tamper === 'signature' ? foreignSignature(body) : signature,
    body: tamper === 'body' ? Buffer.concat([body, Buffer.from(' ')]) : body,
  };
}

function foreignSignature(body: Buffer): string {
  return `v1,${createHmac('sha256', randomBytes(32)).update(body).digest('base64')}`;
}

export function newEventId(): string {
  return `msg_${randomBytes(12).toString('hex')}`;
}
