import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { LEDGER_KEY } from '../../lambdas/contract/ledger-table.ts';
import { MAX_BODY_BYTES, MessageAttribute } from '../../lambdas/contract/message.ts';
import { isEventId, sourceOf } from '../../lambdas/contract/source.ts';
import { catalogue, type EventName } from '../../lambdas/events/catalogue.ts';
import { describeEvent } from '../../lambdas/events/event-fields.ts';
import { describeIssue } from '../../lambdas/router/validation.ts';
import { encodeBody } from '../../lambdas/runtime/message-body.ts';
import { isRefusedWrite } from '../../lambdas/runtime/refused-write.ts';
import { CommandError } from '../core/command-error.ts';
import type { Target } from '../core/target.ts';
import { correctedId } from '../core/timeline.ts';
import { errorText } from './batch-call.ts';
import type { DeadLetter } from './dead-letter.ts';
import { letterBytes, parseJson } from './read-letter.ts';
import { sendBack } from './send-back.ts';

/** A letter's payload as somebody has changed it, checked. */
export interface Correction {
  /** Names the old one; the same correction, sent twice, is one event. */
  readonly eventId: string;
  readonly eventType: string;
  readonly text: string;
  /** False: the type's schema is in the user's own code, so the consumer alone checks it. */
  readonly fitsSchema: boolean;
}

export interface SentCorrection extends Correction {
  /** Why the old event's record does not tell of it. */
  readonly unrecorded?: string;
}

/** @throws {CommandError} with what is wrong with the payload */
export function correctionOf(letter: DeadLetter, text: string): Correction {
  const payload = parseJson(Buffer.from(text));
  if (payload === undefined) throw new CommandError('the payload is not JSON');
  const before = parseJson(letterBytes(letter));
  if (before !== undefined && JSON.stringify(before.value) === JSON.stringify(payload.value)) {
    throw new CommandError('the payload is as it was: `dlq redrive` sends it unchanged');
  }
  const { messageId, eventId: id = messageId } = letter;
  const isOther = sourceOf(id) !== undefined;
  const eventType = isOther ? letter.eventType : describeEvent(payload.value).eventType;
  const isKnown = !isOther && Object.hasOwn(catalogue, eventType);
  const parsed = isKnown ? catalogue[eventType as EventName].safeParse(payload.value) : undefined;
  if (parsed?.error !== undefined) {
    const issues = parsed.error.issues.map(describeIssue).join('; ');
    throw new CommandError(`the payload does not match the schema of ${eventType}: ${issues}`);
  }
  const eventId = correctedId(id, text);
  if (!isEventId(eventId)) throw new CommandError(`its id is too long to be named by another: ${id}`);
  if (Buffer.byteLength(encodeBody(Buffer.from(text)).text) > MAX_BODY_BYTES) {
    throw new CommandError('the payload is longer than SQS takes');
  }
  return { eventId, eventType, text, fitsSchema: isKnown };
}

/**
 * Puts a correction on the main queue as an event of its own, and writes its id into the old event's record. The old
 * letter stays.
 *
 * @throws {CommandError} when SQS did not confirm it; sent again, it is the same event
 */
export async function sendCorrection(
  target: Target,
  letter: DeadLetter,
  correction: Correction,
  nowMs: number,
): Promise<SentCorrection> {
  const { text: body, encoding } = encodeBody(Buffer.from(correction.text));
  const { [MessageAttribute.BODY_ENCODING]: _, ...attributes } = letter.attributes;
  const text = (StringValue: string) => ({ DataType: 'String', StringValue });
  const [failure] = await sendBack(target, [
    {
      ...letter,
      body,
      attributes: {
        ...attributes,
        [MessageAttribute.SVIX_ID]: text(correction.eventId),
        [MessageAttribute.SVIX_TIMESTAMP]: text(String(Math.floor(nowMs / 1_000))),
        [MessageAttribute.EVENT_TYPE]: text(correction.eventType),
        [MessageAttribute.RECEIVED_AT]: text(String(nowMs)),
        ...(encoding === undefined ? {} : { [MessageAttribute.BODY_ENCODING]: text(encoding) }),
      },
    },
  ]);
  if (failure !== undefined) throw new CommandError(`not sent: ${failure.text}`);
  const unrecorded = await recordCorrection(target, letter, correction.eventId, nowMs);
  return { ...correction, ...(unrecorded === undefined ? {} : { unrecorded }) };
}

/** The record is of this very body; every consumer leaves what it does not know in a record as it is. */
async function recordCorrection(
  target: Target,
  { eventId, bodySha256 }: DeadLetter,
  correctedBy: string,
  nowMs: number,
): Promise<string | undefined> {
  if (eventId === undefined) return 'it has none, without a svix-id';
  const command = new UpdateItemCommand({
    TableName: target.ledgerTableName,
    Key: { [LEDGER_KEY]: { S: eventId } },
    UpdateExpression: 'SET corrected_by = :corrected_by, corrected_at_ms = :now_ms',
    ConditionExpression: 'body_sha256 = :body_sha256',
    ExpressionAttributeValues: {
      ':corrected_by': { S: correctedBy },
      ':now_ms': { N: String(nowMs) },
      ':body_sha256': { S: bodySha256 },
    },
  });
  return target.clients.dynamoDb.send(command).then(
    () => undefined,
    (error: unknown) => (isRefusedWrite(error) ? 'it has none of this payload' : errorText(error)),
  );
}
