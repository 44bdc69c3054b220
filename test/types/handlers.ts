/**
 * What must compile, and what must not. Nothing here runs: `tsc` reports an error that is not expected, and an
 * expectation that no error meets.
 */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as zod from 'zod';
import * as mini from 'zod/mini';
import { addAlerts } from '../../lambdas/alerts/add-alerts.ts';
import { PING_EVENT_TYPE } from '../../lambdas/contract/message.ts';
import type { OpenEnum } from '../../lambdas/events/fields.ts';
import {
  type AnyEvent,
  type ConnectionDeleted,
  type EventMap,
  type EventName,
  EventRouter,
  type EventRoutes,
  type Handler,
  RetryAfterError,
  type SyncComplete,
  type SyncPaused,
} from '../../lambdas/router/index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <_Claim extends true>() => {};

export const routes: EventRoutes = addAlerts(new EventRouter(), {});

export function eventsAreTypedByName(): void {
  holds<Same<EventMap['sync.complete'], SyncComplete>>();
  holds<
    Same<
      EventName,
      | 'sync.complete'
      | 'sync.paused'
      | 'connection.created'
      | 'connection.deleted'
      | 'object.field_mapping.created'
      | 'object.field_mapping.updated'
      | 'entity.entity_mapping.created'
      | 'entity.entity_mapping.updated'
      | 'entity.entity_mapping.deleted'
    >
  >();

  new EventRouter()
    .on('sync.complete', 'by-name', ({ event }) => {
      holds<Same<typeof event, SyncComplete>>();
      holds<Same<typeof event.run_id, string>>();
      holds<Same<typeof event.result, 'SUCCESS' | 'ERROR'>>();
      holds<Same<typeof event.error_message, string | undefined>>();
      if (event.type === 'object') {
        holds<Same<typeof event.object_type, OpenEnum<'common' | 'standard' | 'custom'>>>();
      } else {
        holds<Same<typeof event.entity_id, string>>();
        // @ts-expect-error an entity's sync names no object
        event.object;
      }
      // @ts-expect-error an object's sync names no entity: look at `type` first
      event.entity_id;
      // @ts-expect-error no such field
      event.run_identifier;
      // @ts-expect-error no such field
      const { run_identifier: _none } = event;
      // @ts-expect-error events are not changed: other handlers see them, too
      event.customer_id = '';
      // @ts-expect-error no such result
      event.result === 'FAILURE';
    })
    .on(['connection.created', 'connection.deleted'], 'by-names', ({ event }) => {
      holds<Same<typeof event.webhook_event_type, 'connection.created' | 'connection.deleted'>>();
      // @ts-expect-error only one of the two carries a connection's id
      event.connection_id;
      if (event.webhook_event_type === 'connection.deleted') {
        holds<Same<typeof event.connection_id, string>>();
        holds<Same<typeof event.stored_customer_id, string>>();
      }
      // What no schema knows can be read without a cast, as something unknown.
      const all: Readonly<Record<string, unknown>> = event;
      holds<Same<(typeof all)['instance_url'], unknown>>();
    })
    .onAny('any', ({ event, signal, receivedAt }) => {
      holds<Same<typeof event, AnyEvent>>();
      holds<Same<typeof event.webhook_event_type, string>>();
      holds<Same<typeof signal, AbortSignal>>();
      holds<Same<typeof receivedAt, Date>>();
      // @ts-expect-error any event may lack a customer
      event.customer_id;
    });
}

export function wrongRegistrationsDoNotCompile(): void {
  const router = new EventRouter();
  const paused: Handler<SyncPaused> = () => {};
  const deleted: Handler<ConnectionDeleted> = async () => {};

  router.on('sync.paused', 'right', paused);
  router.on(['connection.deleted'], 'right-too', deleted);
  // @ts-expect-error no such event
  router.on('sync.completed', 'wrong', () => {});
  // @ts-expect-error one of the events does not exist
  router.on(['sync.complete', 'sync.completed'], 'wrong', () => {});
  // @ts-expect-error a handler of another event
  router.on('sync.complete', 'wrong', paused);
  // @ts-expect-error a handler of one of two events
  router.on(['sync.paused', 'connection.deleted'], 'wrong', paused);
  // @ts-expect-error a handler's name is missing
  router.on('sync.paused', paused);
  // @ts-expect-error a handler returns nothing, or a promise of nothing
  router.on('sync.paused', 'wrong', async () => 'a result');
  // @ts-expect-error the ping has its own handler
  router.on(PING_EVENT_TYPE, 'wrong', () => {});
  // @ts-expect-error any event: no payload type fits
  router.onAny('wrong', paused);
  // @ts-expect-error seconds are a number
  new RetryAfterError('5');
}

export function typesOfTheUsersOwn(): void {
  const standard: StandardSchemaV1<unknown, { readonly total: number }> = {
    '~standard': { version: 1, vendor: 'example', validate: () => ({ value: { total: 1 } }) },
  };
  new EventRouter()
    .define('invoice.paid', standard)
    .define('account.create', zod.object({ id: zod.string(), at: zod.coerce.date() }))
    .define('order.placed', mini.object({ lines: mini.array(mini.string()) }))
    .on('invoice.paid', 'book', ({ event }) => {
      holds<Same<typeof event.total, number>>();
      // @ts-expect-error the schema knows no such field
      event.sum;
    })
    .on(['account.create', 'sync.paused'], 'several', ({ event }) => {
      holds<Same<typeof event, { readonly id: string; readonly at: Date } | SyncPaused>>();
    })
    .on('order.placed', 'pack', ({ event: { lines } }) => {
      holds<Same<typeof lines, readonly string[]>>();
    })
    .on('sync.complete', 'still-typed', ({ event }) => {
      holds<Same<typeof event, SyncComplete>>();
    });

  // @ts-expect-error not defined
  new EventRouter().on('invoice.paid', 'book', () => {});
  // @ts-expect-error known already
  new EventRouter().define('sync.complete', standard);
  // @ts-expect-error defined already
  new EventRouter().define('invoice.paid', standard).define('invoice.paid', standard);
  // @ts-expect-error reserved
  new EventRouter().define(PING_EVENT_TYPE, standard);
  // @ts-expect-error not a Standard Schema
  new EventRouter().define('invoice.paid', { parse: () => ({}) });
}
