import { withoutSource } from '../../../lambdas/contract/source.ts';
import { EventStatus, type LedgerRecord } from '../../../lambdas/ledger/record.ts';
import type { EventStep } from '../../core/event-steps.ts';
import { FollowEnd, followEvent } from '../../core/follow-event.ts';
import { readLedgerRecord } from '../../core/ledger-reader.ts';
import { postEvent, type WebhookAnswer } from '../../core/post-event.ts';
import { waitUntilDrained } from '../../core/queue-depth.ts';
import { signRequest, type Tampering } from '../../core/sign-request.ts';
import type { Target } from '../../core/target.ts';
import type { EventDraft } from './event-draft.ts';

/** How a sent event ended, as far as it was followed. */
export const SendEnd = { ...FollowEnd, ACCEPTED: 'ACCEPTED', REFUSED: 'REFUSED' } as const;
export type SendEnd = (typeof SendEnd)[keyof typeof SendEnd];

export type SendStep =
  | EventStep
  | { readonly step: 'answered' | 'duplicate-answered'; readonly answer: WebhookAnswer }
  | { readonly step: 'queued' }
  /** The second delivery has left the queue and the record is as it was. */
  | { readonly step: 'duplicate-recognised' }
  | {
      readonly step: 'duplicate-not-seen';
      readonly why: 'still-queued' | 'ran-again' | 'first-not-completed';
    };

export type TimedStep = SendStep & {
  /** When this machine saw it, from the first byte sent. */
  readonly seen_after_ms: number;
};

/** One sent event; the object that `--json` prints. */
export interface SendReport {
  readonly event_id: string;
  readonly event_type: string;
  readonly bytes: number;
  readonly body_sha256: string;
  readonly sent_at_ms: number;
  readonly tampered: Tampering | null;
  readonly answer: WebhookAnswer;
  readonly end: SendEnd;
  /** Of `--duplicate`: whether the second delivery was recognised; null without it. */
  readonly duplicate_recognised: boolean | null;
  readonly steps: readonly TimedStep[];
  /** The ledger's record at the end; null when there is none. */
  readonly record: LedgerRecord | null;
}

export interface SendPlan {
  readonly draft: EventDraft;
  readonly eventId: string;
  readonly secret: string;
  /** The id was chosen by the user: it may be recorded already. */
  readonly idMayExist: boolean;
  readonly tamper?: Tampering;
  readonly duplicate: boolean;
  readonly follow: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onStep: (step: TimedStep, record?: LedgerRecord) => void;
}

/** An event that was posted and answered, and can now be followed. */
export interface PostedEvent {
  readonly answer: WebhookAnswer;
  finish(): Promise<SendReport>;
}

/** Signs and posts one event; `finish` follows it to its end. */
export async function postDraft(target: Target, plan: SendPlan): Promise<PostedEvent> {
  const { draft, eventId, signal, tamper } = plan;
  const before = plan.idMayExist && plan.follow ? await readLedgerRecord(target, eventId, signal) : undefined;
  const sentAtMs = Date.now();
  const startedAtMs = performance.now();
  const steps: TimedStep[] = [];
  const record = (step: SendStep, ledgerRecord?: LedgerRecord) => {
    const timed = { ...step, seen_after_ms: Math.round(performance.now() - startedAtMs) };
    steps.push(timed);
    plan.onStep(timed, ledgerRecord);
  };
  const answer = await postEvent(target.webhookUrl, signRequest(signInput(plan, sentAtMs)), signal);
  record({ step: 'answered', answer });

  const finish = async (): Promise<SendReport> => {
    const end = await endOf(target, plan, answer, before, record);
    const recognised = plan.duplicate ? await sendAgain(target, plan, end, record) : null;
    return {
      event_id: eventId,
      event_type: draft.eventType,
      bytes: draft.body.length,
      body_sha256: draft.bodySha256,
      sent_at_ms: sentAtMs,
      tampered: tamper ?? null,
      answer,
      end: end.end,
      duplicate_recognised: recognised,
      steps,
      record: end.record ?? null,
    };
  };
  return { answer, finish };
}

/** Whether what was asked for happened: a tampered event is to be refused, any other one to be completed. */
export function isDone({ end, tampered, answer, duplicate_recognised: recognised }: SendReport): boolean {
  if (tampered !== null) return answer.status === 401;
  const good: readonly SendEnd[] = [SendEnd.COMPLETED, SendEnd.DUPLICATE, SendEnd.ACCEPTED];
  return good.includes(end) && recognised !== false;
}

interface Ended {
  readonly end: SendEnd;
  readonly record?: LedgerRecord;
}

type RecordStep = (step: SendStep, record?: LedgerRecord) => void;

async function endOf(
  target: Target,
  plan: SendPlan,
  answer: WebhookAnswer,
  before: LedgerRecord | undefined,
  record: RecordStep,
): Promise<Ended> {
  if (answer.status < 200 || answer.status > 299) return { end: SendEnd.REFUSED };
  record({ step: 'queued' });
  if (!plan.follow) return { end: SendEnd.ACCEPTED };
  return followEvent(target, {
    eventId: plan.eventId,
    bodySha256: plan.draft.bodySha256,
    ...(before === undefined ? {} : { before }),
    timeoutMs: plan.timeoutMs,
    signal: plan.signal,
    onStep: record,
  });
}

/** The second delivery, as Svix makes it: the same id and body, signed afresh. */
async function sendAgain(
  target: Target,
  plan: SendPlan,
  first: Ended,
  record: RecordStep,
): Promise<boolean | null> {
  const { signal, eventId } = plan;
  const completed = first.record?.status === EventStatus.COMPLETED;
  if (!completed && plan.follow) {
    // A second delivery of an event that is not COMPLETED is a retry, and rightly runs its handlers.
    record({ step: 'duplicate-not-seen', why: 'first-not-completed' });
    return false;
  }
  const answer = await postEvent(target.webhookUrl, signRequest(signInput(plan, Date.now())), signal);
  record({ step: 'duplicate-answered', answer });
  if (!plan.follow) return null;
  if (!(await waitUntilDrained(target, plan.timeoutMs, signal))) {
    record({ step: 'duplicate-not-seen', why: 'still-queued' });
    return false;
  }
  const now = await readLedgerRecord(target, eventId, signal);
  // Every claim counts an attempt and every write moves `updated_at_ms`.
  const unchanged = now !== undefined && now.updated_at_ms === first.record?.updated_at_ms;
  record(unchanged ? { step: 'duplicate-recognised' } : { step: 'duplicate-not-seen', why: 'ran-again' });
  return unchanged && answer.status === 200;
}

function signInput({ draft, eventId, secret, tamper }: SendPlan, nowMs: number) {
  return {
    id: withoutSource(eventId),
    body: draft.body,
    secret,
    nowMs,
    ...(tamper === undefined ? {} : { tamper }),
  };
}
