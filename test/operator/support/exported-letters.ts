import { MessageAttribute } from '../../../lambdas/contract/message.ts';
import type { ExportedLetter } from '../../../operator/dead-letters/exported-letter.ts';

const attribute = (value: string) => ({ data_type: 'String', string_value: value });

/** A line's content of `dlq export`; the body is a ping unless told otherwise. */
export function exportedLetter(
  eventId: string,
  payload: object = { webhook_event_type: 'supaglue-webhooks.ping' },
  overrides: Partial<ExportedLetter> = {},
): ExportedLetter {
  const eventType = 'webhook_event_type' in payload ? String(payload.webhook_event_type) : 'unknown';
  return {
    message_id: `message-of-${eventId}`,
    message_group_id: 'customer',
    event_id: eventId,
    event_type: eventType,
    sent_at_ms: 1_790_000_000_000,
    receive_count: 2,
    body: JSON.stringify(payload),
    attributes: {
      [MessageAttribute.SVIX_ID]: attribute(eventId),
      [MessageAttribute.SVIX_TIMESTAMP]: attribute('1790000000'),
      [MessageAttribute.EVENT_TYPE]: attribute(eventType),
      [MessageAttribute.RECEIVED_AT]: attribute('1790000000000'),
      // Left behind, whatever it holds: the consumer would refuse nothing because of it, but a redrive strips it.
      [MessageAttribute.FAILURE]: attribute('{}'),
      trace: { data_type: 'Binary', binary_value: 'AP8=' },
    },
    ...overrides,
  };
}

export function ping(fields: object) {
  return { webhook_event_type: 'supaglue-webhooks.ping', ...fields };
}

/** The text of an export. */
export function exportOf(...letters: readonly ExportedLetter[]): string {
  return letters.map((letter) => `${JSON.stringify(letter)}\n`).join('');
}
