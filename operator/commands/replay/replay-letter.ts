import { createHash } from 'node:crypto';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { FailureReason } from '../../../lambdas/contract/failure.ts';
import { MessageAttribute } from '../../../lambdas/contract/message.ts';
import { EventStatus, isCompleted, type LedgerRecord } from '../../../lambdas/ledger/record.ts';
import { decodeBody } from '../../../lambdas/runtime/message-body.ts';
import { toCommandError } from '../../core/error-line.ts';
import { readLedgerRecord } from '../../core/ledger-reader.ts';
import type { Target } from '../../core/target.ts';
import { attributesOf, type ExportedLetter } from '../../dead-letters/exported-letter.ts';
import { topUserFrame } from '../../dead-letters/user-frame.ts';
import type { LetterLine } from './letter-lines.ts';
import type { SettledMessage, SettledMessages } from './settled-messages.ts';

/** How a replayed event ended. */
export const ReplayEnd = {
  COMPLETED: 'COMPLETED',
  DEAD_LETTERED: 'DEAD-LETTERED',
  /** It asks to be tried again later than a replay waits. */
  RETRYING: 'RETRYING',
  /** The function itself crashed, timed out or did not load. */
  FUNCTION_FAILED: 'FUNCTION_FAILED',
  /** SQS does not take the message. */
  NOT_SENT: 'NOT_SENT',
} as const;
export type ReplayEnd = (typeof ReplayEnd)[keyof typeof ReplayEnd];

export type ReplayedHandler =
  | { readonly handler: string; readonly outcome: 'completed' }
  | ({ readonly handler: string; readonly outcome: 'failed' } & ReplayError);

export interface ReplayError {
  readonly error: string;
  readonly message: string;
  readonly code?: string;
  readonly retryable?: boolean;
  /** Where the user's code failed. */
  readonly frame?: string;
}

/** One replayed event; what `--json` prints of it. */
export interface ReplayedEvent {
  readonly line: number;
  /** Null for a letter without a valid svix-id. */
  readonly event_id: string | null;
  readonly event_type: string;
  /** Of the exported letter. */
  readonly message_id: string;
  readonly end: ReplayEnd;
  /** Why it was dead-lettered. */
  readonly reason?: string;
  readonly attempts: number;
  readonly took_ms: number;
  /** Those that ran, each with its last outcome. */
  readonly handlers: readonly ReplayedHandler[];
  /** What failed outside a handler. */
  readonly error?: ReplayError;
}

/** A retry that comes later than this is not awaited. */
const MAX_RETRY_WAIT_MS = 30_000;

/** Puts one exported letter on the replay's own queue and follows it to its end. */
export async function replayLetter(
  target: Target,
  { line, letter }: LetterLine,
  settled: SettledMessages,
  signal: AbortSignal,
): Promise<ReplayedEvent> {
  const startedAtMs = performance.now();
  const end = await endOf(target, letter, settled, signal);
  return {
    line,
    event_id: letter.event_id ?? null,
    event_type: letter.event_type,
    message_id: letter.message_id,
    attempts: 0,
    handlers: [],
    ...end,
    took_ms: Math.round(performance.now() - startedAtMs),
  };
}

type Ended = Pick<ReplayedEvent, 'end'> & Partial<ReplayedEvent>;

async function endOf(
  target: Target,
  letter: ExportedLetter,
  settled: SettledMessages,
  signal: AbortSignal,
): Promise<Ended> {
  const sent = await send(target, letter, signal);
  if ('error' in sent) return { end: ReplayEnd.NOT_SENT, error: sent.error };
  for (;;) {
    const delivery = await settled.next(sent.messageId, signal);
    if (delivery.result !== 'success')
      return { end: ReplayEnd.FUNCTION_FAILED, error: functionError(delivery) };
    const record =
      letter.event_id === undefined ? undefined : await readLedgerRecord(target, letter.event_id, signal);
    if (delivery.outcome === 'acknowledged') return endInLedger(letter, record);
    const waitMs = (record?.not_before_ms ?? 0) - Date.now();
    if (record !== undefined && waitMs > MAX_RETRY_WAIT_MS)
      return { end: ReplayEnd.RETRYING, ...facts(record) };
  }
}

async function send(
  { clients, queueUrl }: Target,
  letter: ExportedLetter,
  abortSignal: AbortSignal,
): Promise<{ readonly messageId: string } | { readonly error: ReplayError }> {
  const { [MessageAttribute.FAILURE]: _, ...MessageAttributes } = attributesOf(letter);
  const command = new SendMessageCommand({
    QueueUrl: queueUrl,
    MessageBody: letter.body,
    MessageAttributes,
    ...(letter.message_group_id === undefined ? {} : { MessageGroupId: letter.message_group_id }),
  });
  try {
    const { MessageId = '' } = await clients.sqs.send(command, { abortSignal });
    return { messageId: MessageId };
  } catch (error) {
    abortSignal.throwIfAborted();
    const name = error instanceof Error ? error.name : 'Error';
    return { error: { error: name, message: toCommandError(error, { target: 'local' }).message } };
  }
}

/** What is acknowledged is COMPLETED, or has been copied to the dead-letter queue. */
function endInLedger(letter: ExportedLetter, record: LedgerRecord | undefined): Ended {
  if (record === undefined) return { end: ReplayEnd.DEAD_LETTERED, reason: FailureReason.NO_EVENT_ID };
  if (record.body_sha256 !== bodySha256(letter)) {
    return { end: ReplayEnd.DEAD_LETTERED, reason: FailureReason.PAYLOAD_MISMATCH };
  }
  if (record.status === EventStatus.COMPLETED) return { end: ReplayEnd.COMPLETED, ...facts(record) };
  return {
    end: ReplayEnd.DEAD_LETTERED,
    ...(record.dead_letter_reason === undefined ? {} : { reason: record.dead_letter_reason }),
    ...facts(record),
  };
}

function facts(record: LedgerRecord): Partial<ReplayedEvent> {
  const handlers = new Map<string, ReplayedHandler>();
  const outside = record.failures.filter(({ handler }) => handler === undefined).at(-1);
  for (const { handler, ...failure } of record.failures) {
    if (handler !== undefined) handlers.set(handler, { handler, outcome: 'failed', ...errorOf(failure) });
  }
  for (const [handler, state] of Object.entries(record.handlers)) {
    if (isCompleted(state)) handlers.set(handler, { handler, outcome: 'completed' });
  }
  return {
    attempts: record.attempts_total,
    handlers: [...handlers.values()],
    ...(outside === undefined ? {} : { error: errorOf(outside) }),
  };
}

function errorOf({
  error,
  message,
  code,
  retryable,
  stack,
}: Omit<LedgerRecord['failures'][number], 'handler'>): ReplayError {
  const frame = topUserFrame(stack);
  return {
    error,
    message,
    ...(code === undefined ? {} : { code }),
    retryable,
    ...(frame === undefined ? {} : { frame }),
  };
}

function functionError({ result, error }: SettledMessage): ReplayError {
  const frame = topUserFrame(error?.trace?.join('\n'));
  return {
    error: error?.errorType ?? result,
    message: error?.errorMessage ?? `the function ended with ${result}`,
    ...(frame === undefined ? {} : { frame }),
  };
}

function bodySha256({ body, attributes }: ExportedLetter): string {
  const encoding = attributes[MessageAttribute.BODY_ENCODING];
  const bytes = decodeBody(
    body,
    encoding !== undefined && 'string_value' in encoding ? encoding.string_value : undefined,
  );
  return createHash('sha256').update(bytes).digest('hex');
}
