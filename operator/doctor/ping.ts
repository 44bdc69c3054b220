import { createHash } from 'node:crypto';
import { PING_EVENT_TYPE } from '../../lambdas/contract/message.ts';
import { followEvent } from '../core/follow-event.ts';
import { postEvent } from '../core/post-event.ts';
import { newEventId, signRequest } from '../core/sign-request.ts';
import { readSigningSecret } from '../core/signing-secret.ts';
import type { Target } from '../core/target.ts';
import type { PingFacts } from './judge-ping.ts';

export interface PingOptions {
  /** How long to follow it, milliseconds. */
  readonly timeoutMs: number;
  /** Then it is posted, and not followed: it would wait. */
  readonly isPaused: boolean;
  readonly signal: AbortSignal;
}

/** Signs a ping, posts it as Svix does, and follows it to its end. It runs no handler of the user's. */
export async function sendPing(target: Target, options: PingOptions): Promise<PingFacts> {
  const { timeoutMs, isPaused, signal } = options;
  const secret = await readSigningSecret(target, signal);
  const eventId = newEventId();
  const body = Buffer.from(JSON.stringify({ webhook_event_type: PING_EVENT_TYPE }));
  const request = signRequest({ id: eventId, body, secret, nowMs: Date.now() });
  const answer = await postEvent(target.webhookUrl, request, signal);
  const facts = { eventId, answer, isPaused, timeoutMs };
  if (answer.status < 200 || answer.status > 299 || isPaused) return facts;
  const followed = await followEvent(target, {
    eventId,
    bodySha256: createHash('sha256').update(body).digest('hex'),
    timeoutMs,
    signal,
    onStep: () => undefined,
  });
  return { ...facts, followed };
}
