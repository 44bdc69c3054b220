import type { Handler, HandlerContext, SyncPaused } from '../router/index.ts';
import type { Alert, SendAlert } from './message.ts';
import { oneLine, severalLines } from './text.ts';

const MAX_REASON_CHARACTERS = 16_000;

/** Tells people that a sync stands still until somebody acts: mostly the customer must sign in again. */
export function createAlertOnSyncPaused(send: SendAlert): Handler<SyncPaused> {
  return (context) => send(describePause(context), context);
}

function describePause({ event, eventId, receivedAt }: HandlerContext<SyncPaused>): Alert {
  return {
    kind: 'sync-paused',
    severity: 'warning',
    eventId,
    receivedAt,
    about: [event.customer_id, event.provider_name, 'object', event.object_type, event.object],
    headline: 'Supaglue paused a sync.',
    title: `Supaglue sync paused: ${event.provider_name} ${event.object} for customer ${event.customer_id}`,
    facts: [
      ['Customer', oneLine(event.customer_id)],
      ['Provider', oneLine(event.provider_name)],
      ['Object', `${oneLine(event.object)} (${oneLine(event.object_type)})`],
      ['Reason', severalLines(event.pause_reason ?? '', MAX_REASON_CHARACTERS) || 'no reason was given'],
      ['Run', oneLine(event.run_id ?? '') || 'not given'],
      ['Connection', oneLine(event.connection_id)],
      ['Event', eventId],
      ['Received', receivedAt.toISOString()],
    ],
  };
}
