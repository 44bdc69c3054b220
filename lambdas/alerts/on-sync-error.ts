import type { Handler, HandlerContext, SyncComplete } from '../router/index.ts';
import type { Alert, SendAlert } from './message.ts';
import { oneLine, severalLines } from './text.ts';

/** With the other fields' bounds, far below the 256 KB of an SNS message even at four bytes a character. */
const MAX_ERROR_CHARACTERS = 16_000;

/**
 * Tells people that a sync failed. A sync that succeeded is left alone, and so is one that fails again soon after
 * an alert: see `window.ts`.
 */
export function createAlertOnSyncError(send: SendAlert): Handler<SyncComplete> {
  return async (context) => {
    if (context.event.result === 'ERROR') await send(describeFailure(context), context);
  };
}

function describeFailure({ event, eventId, receivedAt }: HandlerContext<SyncComplete>): Alert {
  const [kind, name, detail] =
    event.type === 'object'
      ? ['Object', event.object, event.object_type]
      : event.entity_name === undefined
        ? ['Entity', event.entity_id, 'no name']
        : ['Entity', event.entity_name, event.entity_id];
  return {
    kind: 'sync-error',
    severity: 'error',
    eventId,
    receivedAt,
    about:
      event.type === 'object'
        ? [event.customer_id, event.provider_name, 'object', event.object_type, event.object]
        : [event.customer_id, event.provider_name, 'entity', event.entity_id],
    headline: 'A Supaglue sync failed.',
    title: `Supaglue sync failed: ${event.provider_name} ${name} for customer ${event.customer_id}`,
    facts: [
      ['Customer', oneLine(event.customer_id)],
      ['Provider', oneLine(event.provider_name)],
      [kind, `${oneLine(name)} (${oneLine(detail)})`],
      ['Error', severalLines(event.error_message ?? '', MAX_ERROR_CHARACTERS) || 'no message was given'],
      ['Run', oneLine(event.run_id)],
      ['Connection', oneLine(event.connection_id)],
      ['Event', eventId],
      ['Received', receivedAt.toISOString()],
    ],
  };
}
