import { AnswerCode, TIMESTAMP_TOLERANCE_SECONDS } from '../contract/http.ts';
import { MessageAttribute } from '../contract/message.ts';
import { eventIdFrom } from '../contract/source.ts';
import { type Deadline, DeadlineError, withDeadline } from './deadline.ts';
import { type QueueMessage, toQueueMessage } from './message.ts';
import type { RoutedSource } from './routing.ts';
import type { ReadySecrets, SecretSource, SecretState } from './secret-source.ts';
import { matchSignature } from './signature.ts';
import { type Headers, readSignatureHeaders, type SignatureHeaders } from './signature-headers.ts';

export interface IngestRequest {
  /** Names in lower case. */
  readonly headers: Headers;
  /** The exact bytes that were sent. */
  readonly body: Uint8Array;
  /** The same bytes as well-formed text, where they came so: it saves decoding them. */
  readonly text?: string | undefined;
  readonly sourceAddress: string;
  /** Time for the whole answer, in milliseconds. */
  readonly budgetMs: number;
}

export interface Accepted {
  readonly code: typeof AnswerCode.ACCEPTED;
  readonly eventId: string;
  /** 1 for the first secret of the set. */
  readonly secretPosition: number;
  /** As the message's attribute has it. */
  readonly eventType: string;
  /** The message's group: the customer, where the event has one. */
  readonly group: string;
}

export interface Rejected {
  readonly code: Exclude<AnswerCode, typeof AnswerCode.ACCEPTED>;
  /** For the log alone: which check refused. Never a value that the caller chose. */
  readonly reason: string;
  /** For the log alone: an id of the allowed form, as `events show` takes it; unverified where the signature did not match. */
  readonly eventId?: string;
  readonly detail?: Readonly<Record<string, string | number>>;
  readonly cause?: unknown;
}

export type Outcome = Accepted | Rejected;
export type Ingest = (request: IngestRequest) => Promise<Outcome>;

export interface IngestDependencies {
  /** The sender. @default Supaglue */
  readonly source?: RoutedSource;
  readonly isAllowedSource: (address: string) => boolean;
  readonly secrets: SecretSource;
  /** Resolves only when the queue has confirmed the message. */
  readonly enqueue: (message: QueueMessage, whenPassed: Deadline['whenPassed']) => Promise<void>;
  /** Wall clock, epoch milliseconds. */
  readonly nowMs: () => number;
}

/** Bytes in, outcome out: source, headers, timestamp, signature, size, queue. Never rejects. */
export function createIngest(dependencies: IngestDependencies): Ingest {
  return async (request) => {
    try {
      return await withDeadline(request.budgetMs, (deadline) => ingest(dependencies, request, deadline));
    } catch (cause) {
      // A bug of ours must not cost the event: Svix retries, and the log tells.
      return { code: AnswerCode.UNAVAILABLE, reason: 'unexpected-error', cause };
    }
  };
}

async function ingest(
  { source, isAllowedSource, secrets, enqueue, nowMs }: IngestDependencies,
  { headers, body, text, sourceAddress }: IngestRequest,
  deadline: Deadline,
): Promise<Outcome> {
  if (!isAllowedSource(sourceAddress)) {
    return {
      code: AnswerCode.SOURCE_NOT_ALLOWED,
      reason: 'source-not-allowed',
      detail: { source_address: sourceAddress },
    };
  }
  const signed = readSignatureHeaders(headers);
  if ('reason' in signed) {
    return signed;
  }
  const eventId = eventIdFrom(source?.name, signed.id);
  const named = { ...signed, eventId };
  const receivedAtMs = nowMs();
  const stale = checkTimestamp(named, receivedAtMs, source?.toleranceSeconds);
  if (stale !== undefined) {
    return stale;
  }
  const secretPosition = await verify(secrets, named, body, deadline);
  if (typeof secretPosition !== 'number') {
    return secretPosition;
  }
  const event = { id: eventId, timestamp: signed.timestamp, body, text, receivedAtMs };
  const message = toQueueMessage(event, source, headers);
  if (message === undefined) {
    return {
      code: AnswerCode.BODY_TOO_LARGE,
      reason: 'body-too-large',
      eventId,
      detail: { body_bytes: body.byteLength },
    };
  }
  try {
    await deadline.race(enqueue(message, deadline.whenPassed));
  } catch (cause) {
    // The message may be on the queue all the same; the retry then is a duplicate that the ledger recognises.
    return { code: AnswerCode.UNAVAILABLE, reason: 'queue-failing', eventId, cause };
  }
  const { MessageAttributes: attributes, MessageGroupId: group = '' } = message;
  const eventType = attributes?.[MessageAttribute.EVENT_TYPE]?.StringValue ?? '';
  return { code: AnswerCode.ACCEPTED, eventId, secretPosition, eventType, group };
}

/** The id that is signed, and the one by which the event is known. */
type NamedHeaders = SignatureHeaders & { readonly eventId: string };

/** Before the signature: it costs nothing, and a replay of an old capture never makes us read a secret. */
function checkTimestamp(
  { eventId, timestamp }: NamedHeaders,
  nowMs: number,
  toleranceSeconds = TIMESTAMP_TOLERANCE_SECONDS,
): Rejected | undefined {
  const ageSeconds = Math.floor(nowMs / 1_000) - Number(timestamp);
  if (Math.abs(ageSeconds) <= toleranceSeconds) {
    return undefined;
  }
  return {
    code: AnswerCode.INVALID_SIGNATURE,
    reason: ageSeconds > 0 ? 'timestamp-too-old' : 'timestamp-too-new',
    eventId,
    detail: { age_seconds: ageSeconds },
  };
}

async function verify(
  secrets: SecretSource,
  { id, eventId, timestamp, signature }: NamedHeaders,
  body: Uint8Array,
  deadline: Deadline,
): Promise<number | Rejected> {
  const match = ({ keys }: ReadySecrets) => matchSignature(keys, { id, timestamp, body }, signature);
  const mismatch = { code: AnswerCode.INVALID_SIGNATURE, reason: 'signature-mismatch', eventId };
  try {
    const state = await deadline.race(secrets.current());
    if (state.status !== 'ready') {
      return secretProblem(state, eventId);
    }
    const position = match(state);
    if (position !== undefined) {
      return position;
    }
    const renewed = await deadline.race(secrets.reread(state));
    if (renewed === undefined) {
      return mismatch;
    }
    // Also when the re-read failed: this request may be signed with a secret that is not known here yet.
    return renewed.status === 'ready' ? (match(renewed) ?? mismatch) : secretProblem(renewed, eventId);
  } catch (cause) {
    if (cause instanceof DeadlineError) {
      return { code: AnswerCode.UNAVAILABLE, reason: 'secret-store-failing', eventId, cause };
    }
    throw cause;
  }
}

function secretProblem(state: Exclude<SecretState, ReadySecrets>, eventId: string): Rejected {
  return state.status === 'not-configured'
    ? {
        code: AnswerCode.NOT_CONFIGURED,
        reason: state.reason,
        eventId,
        detail: { problem: state.detail },
      }
    : { code: AnswerCode.UNAVAILABLE, reason: 'secret-store-failing', eventId, cause: state.cause };
}
