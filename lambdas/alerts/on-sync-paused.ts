import type { Handler, HandlerContext, SyncPaused } from '../router/index.ts';
import type { Alert, SendAlert } from './message.ts';
import { oneLine, severalLines } from './text.ts';

const MAX_REASON_CHARACTERS = 16_000;

/** Tells people that a sync stands still until somebody acts: mostly the customer must sign in again. */
export function createAlertOnSyncPaused(send: SendAlert): Handler<SyncPaused> {
  return (context) => send(describePause(context), context);
}

function describePause({ event, eventId, receivedAt }: HandlerContext<SyncPaused>): Alert {
  const { object } = event;
  // Pauses of a connection's entities cannot be told apart.
  const [name, what] =
    object === undefined
      ? ['an entity', ['entity', event.connection_id]]
      : [object, ['object', event.object_type ?? '', object]];
  return {
    kind: 'sync-paused',
    severity: 'warning',
    eventId,
    receivedAt,
    about: [event.customer_id, event.provider_name, ...what],
    headline: 'Supaglue paused a sync.',
    title: `Supaglue sync paused: ${event.provider_name} ${name} for customer ${event.customer_id}`,
    facts: [
      ['Customer', oneLine(event.customer_id)],
      ['Provider', oneLine(event.provider_name)],
      object === undefined
        ? ['Entity', 'not told: Supaglue names the connection alone']
        : ['Object', `${oneLine(object)} (${oneLine(event.object_type ?? 'no type')})`],
      ['Reason', severalLines(event.pause_reason ?? '', MAX_REASON_CHARACTERS) || 'no reason was given'],
      ['Run', oneLine(event.run_id ?? '') || 'not given'],
      ['Connection', oneLine(event.connection_id)],
      ['Event', eventId],
      ['Received', receivedAt.toISOString()],
    ],
  };
}
