import type { Handler, HandlerContext, SyncComplete } from '../router/index.ts';
import { alertSubject, indented, oneLine } from './alert-text.ts';
import { type Alert, type PublishAlert, publishAlert } from './alert-topic.ts';

/** With the other fields' bounds, far below the 256 KB of an SNS message even at four bytes a character. */
const MAX_ERROR_CHARACTERS = 16_000;

/** Tells people that a sync failed. A sync that succeeded is left alone. */
export const alertOnSyncError = createAlertOnSyncError(publishAlert);

/**
 * SNS cannot tell a repeated message from a new one: in the windows in which a completed handler may run again
 * (see the README's promises), the alert comes twice, with the same event id.
 */
export function createAlertOnSyncError(publish: PublishAlert): Handler<SyncComplete> {
  return async (context) => {
    if (context.event.result === 'ERROR') {
      await publish(describeFailure(context), { signal: context.signal });
      context.logger.info('sync error alerted');
    }
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
    eventId,
    subject: alertSubject(
      `Supaglue sync failed: ${event.provider_name} ${name} for customer ${event.customer_id}`,
    ),
    body: [
      'A Supaglue sync failed.',
      '',
      `Customer:   ${oneLine(event.customer_id)}`,
      `Provider:   ${oneLine(event.provider_name)}`,
      `${kind}:     ${oneLine(name)} (${oneLine(detail)})`,
      `Error:      ${indented(event.error_message ?? '', MAX_ERROR_CHARACTERS) || 'no message was given'}`,
      `Run:        ${oneLine(event.run_id)}`,
      `Connection: ${oneLine(event.connection_id)}`,
      `Event:      ${eventId}`,
      `Received:   ${receivedAt.toISOString()}`,
      '',
      'See what became of the event:',
      `  npm run webhooks -- events show ${eventId}`,
      '',
    ].join('\n'),
  };
}
