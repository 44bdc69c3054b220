import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { Failure } from '../../lambdas/contract/failure.ts';
import { CommandError } from '../core/command-error.ts';
import type { DeadLetter } from './dead-letter.ts';

const epochMs = z.int().nonnegative();

/** A {@link Failure} for machines, named as every `--json` output is. */
export const failureSchema = z.object({
  /** One of `FailureReason`; a text, so that the export of a later version can be read. */
  reason: z.string(),
  message: z.string(),
  handlers: z.array(
    z.object({
      handler: z.string(),
      error: z.string(),
      message: z.string(),
      code: z.string().optional(),
      retryable: z.boolean(),
      stack: z.string().optional(),
    }),
  ),
  handlers_omitted: z.int().positive().optional(),
  attempts: z.int().nonnegative(),
  first_attempt_at_ms: z.number().nonnegative().optional(),
  failed_at_ms: z.number().nonnegative(),
});

const base64 = z.base64();
const attributeSchema = z.union([
  z.strictObject({ data_type: z.string().regex(/^(?:String|Number)/), string_value: z.string() }),
  z.strictObject({ data_type: z.string().regex(/^Binary/), binary_value: base64 }),
]);

/** One line of `dlq export`: a dead letter with all that is needed to send or to replay it. */
export const exportedLetterSchema = z.object({
  message_id: z.string(),
  /** The customer, hashed where it does not fit SQS. */
  message_group_id: z.string().optional(),
  /** The svix-id; absent on a letter that carries no valid one. */
  event_id: z.string().optional(),
  event_type: z.string(),
  sent_at_ms: epochMs,
  receive_count: z.int().nonnegative(),
  /** As it is on the queue: text, or base64 where the attribute `body-encoding` says so. */
  body: z.string(),
  /** Every attribute, `failure` included. A binary value is in base64. */
  attributes: z.record(z.string(), attributeSchema),
  /** The attribute `failure`, read; absent when SQS moved the letter by itself. */
  failure: failureSchema.optional(),
});
export type ExportedLetter = Readonly<z.infer<typeof exportedLetterSchema>>;

/** The letter as one line of JSON, without the line break. */
export function encodeExportedLetter(letter: DeadLetter): string {
  return JSON.stringify(exportedLetter(letter));
}

/** The letter under the names of its export. */
export function exportedLetter(letter: DeadLetter): ExportedLetter {
  const { messageGroupId, eventId, failure } = letter;
  return {
    message_id: letter.messageId,
    ...(messageGroupId === undefined ? {} : { message_group_id: messageGroupId }),
    ...(eventId === undefined ? {} : { event_id: eventId }),
    event_type: letter.eventType,
    sent_at_ms: letter.sentAtMs,
    receive_count: letter.receiveCount,
    body: letter.body,
    attributes: Object.fromEntries(
      Object.entries(letter.attributes).map(([name, value]) => [name, encodeAttribute(value)]),
    ),
    ...(failure === undefined ? {} : { failure: encodeFailure(failure) }),
  };
}

/**
 * Reads one line of an export.
 *
 * @throws {CommandError} when it is not one, with what is wrong with it; the caller knows which line it is
 */
export function decodeExportedLetter(line: string): ExportedLetter {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new CommandError('not JSON: each line of an export is one whole letter', { cause: error });
  }
  const result = exportedLetterSchema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue?.path.join('.') ?? '';
    throw new CommandError(
      `not a letter of \`dlq export\`: ${where === '' ? '' : `${where}: `}${issue?.message}`,
    );
  }
  return result.data;
}

/** The attributes as the SDK takes them, each with its own data type. */
export function attributesOf({
  attributes,
}: ExportedLetter): Readonly<Record<string, MessageAttributeValue>> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, attribute]) => [
      name,
      'binary_value' in attribute
        ? { DataType: attribute.data_type, BinaryValue: Buffer.from(attribute.binary_value, 'base64') }
        : { DataType: attribute.data_type, StringValue: attribute.string_value },
    ]),
  );
}

/** A failure under the names that every `--json` output uses. */
export function encodeFailure(failure: Failure): z.infer<typeof failureSchema> {
  const { handlersOmitted, firstAttemptAtMs, failedAtMs } = failure;
  return {
    reason: failure.reason,
    message: failure.message,
    handlers: failure.handlers.map((handler) => ({ ...handler })),
    ...(handlersOmitted === undefined ? {} : { handlers_omitted: handlersOmitted }),
    attempts: failure.attempts,
    ...(firstAttemptAtMs === undefined ? {} : { first_attempt_at_ms: firstAttemptAtMs }),
    failed_at_ms: failedAtMs,
  };
}

function encodeAttribute({ DataType = 'String', StringValue = '', BinaryValue }: MessageAttributeValue) {
  return BinaryValue === undefined
    ? { data_type: DataType, string_value: StringValue }
    : { data_type: DataType, binary_value: Buffer.from(BinaryValue).toString('base64') };
}
