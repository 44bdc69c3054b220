import * as z from 'zod/mini';
import { catalogue } from './catalogue.ts';

// What senders tell apart in their events, from their public documentation, in words of our own. A sender adds fields
// without a word: they are kept, and nothing is asked for that a handler may not need. Marked as pure, so that a bundle
// holds only those that are used.

/** The standard's own shape: `{ type, timestamp, data }`. Nothing says whom an event is about. */
export const standardWebhooks = { type: 'type', schemas: {} } as const;

/** Svix's own operational webhooks: `{ type, data }`, about one of your applications there. */
export const svix = /* @__PURE__ */ (() =>
  ({
    type: 'type',
    customer: 'data.appId',
    schemas: {
      'endpoint.created': about('endpoint.created', { appId: z.string(), endpointId: z.string() }),
      'endpoint.disabled': about('endpoint.disabled', { appId: z.string(), endpointId: z.string() }),
      'message.attempt.exhausted': about('message.attempt.exhausted', {
        appId: z.string(),
        endpointId: z.string(),
        msgId: z.string(),
      }),
    },
  }) as const)();

/** Another application at Supaglue than the one at `/webhooks`. */
export const supaglue = { type: 'webhook_event_type', customer: 'customer_id', schemas: catalogue } as const;

/** OpenAI: an event names an object of its API, which is read there by `data.id`. */
export const openAi = /* @__PURE__ */ (() =>
  ({
    type: 'type',
    schemas: {
      'response.completed': about('response.completed', { id: z.string() }),
      'response.failed': about('response.failed', { id: z.string() }),
      'response.incomplete': about('response.incomplete', { id: z.string() }),
      'response.cancelled': about('response.cancelled', { id: z.string() }),
      'batch.completed': about('batch.completed', { id: z.string() }),
      'batch.failed': about('batch.failed', { id: z.string() }),
      'fine_tuning.job.succeeded': about('fine_tuning.job.succeeded', { id: z.string() }),
      'fine_tuning.job.failed': about('fine_tuning.job.failed', { id: z.string() }),
    },
  }) as const)();

/** Clerk, which sends through Svix: `data` is the user, session or organisation as it is afterwards. */
export const clerk = /* @__PURE__ */ (() =>
  ({
    type: 'type',
    customer: 'data.id',
    schemas: {
      'user.created': about('user.created', { id: z.string() }),
      'user.updated': about('user.updated', { id: z.string() }),
      'user.deleted': about('user.deleted', { id: z.string() }),
      'session.created': about('session.created', { id: z.string(), user_id: z.string() }),
      'organization.created': about('organization.created', { id: z.string(), name: z.string() }),
      'organization.deleted': about('organization.deleted', { id: z.string() }),
    },
  }) as const)();

function about<const Type extends string, const Fields extends Record<string, z.ZodMiniType>>(
  type: Type,
  fields: Fields,
) {
  return z.looseObject({ type: z.literal(type), data: z.looseObject(fields) });
}
