import { createHash } from 'node:crypto';
import { eventIdFrom } from '../../lambdas/contract/source.ts';
import { EventStatus, type LedgerRecord } from '../../lambdas/ledger/record.ts';
import { FollowEnd, followEvent } from '../core/follow-event.ts';
import { postEvent, type WebhookAnswer } from '../core/post-event.ts';
import { newEventId } from '../core/sign-request.ts';
import { atSource, type Target } from '../core/target.ts';
import type { Scenario } from './scenario.ts';

/** Longest that an event may take to its end: three attempts with the demo's short backoff take about 3 s. */
const FOLLOW_TIMEOUT_MS = 60_000;

/** A scenario after its deliveries: what was sent and answered, and what the ledger said then. */
export interface Delivered {
  readonly scenario: Scenario;
  readonly eventId: string;
  readonly bytes: number;
  readonly bodySha256: string;
  readonly answer: WebhookAnswer;
  readonly secondAnswer?: WebhookAnswer;
  /** As it was when the event ended, and before a second delivery. */
  readonly record?: LedgerRecord;
  /** From the first byte sent to the end seen. */
  readonly tookMs: number;
}

/** Sends a scenario and follows it to its end. */
export async function deliver(
  scenario: Scenario,
  deployment: Target,
  secret: string,
  signal: AbortSignal,
): Promise<Delivered> {
  const target = atSource(deployment, scenario.source);
  const id = newEventId();
  const eventId = eventIdFrom(scenario.source, id);
  const request = () => scenario.request({ eventId: id, secret, nowMs: Date.now() });
  const startedAtMs = performance.now();
  const first = request();
  const bodySha256 = createHash('sha256').update(first.body).digest('hex');
  const answer = await postEvent(target.webhookUrl, first, signal);
  const followed =
    answer.status === 200
      ? await followEvent(target, {
          eventId,
          bodySha256,
          timeoutMs: FOLLOW_TIMEOUT_MS,
          signal,
          onStep: () => undefined,
        })
      : { end: FollowEnd.PENDING };
  const tookMs = performance.now() - startedAtMs;
  const again = scenario.deliveredTwice === true && followed.record?.status === EventStatus.COMPLETED;
  return {
    scenario,
    eventId,
    bytes: first.body.length,
    bodySha256,
    answer,
    ...(again ? { secondAnswer: await postEvent(target.webhookUrl, request(), signal) } : {}),
    ...(followed.record === undefined ? {} : { record: followed.record }),
    tookMs: Math.round(tookMs),
  };
}
