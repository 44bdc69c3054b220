import * as z from 'zod/mini';
import { PING_EVENT_TYPE, PING_MAX_DELAY_MS } from '../contract/message.ts';
import { type KnownFields, mayBeMissing } from './fields.ts';

/** The diagnostic event. It is no event of Supaglue's and is not part of the catalogue. */
export const ping = z.looseObject({
  webhook_event_type: z.literal(PING_EVENT_TYPE),
  /** How long the handler shall take, in milliseconds. Default 0. */
  delay_ms: mayBeMissing(z.number().check(z.minimum(0), z.maximum(PING_MAX_DELAY_MS))),
  /** How many attempts shall fail with a retryable error before one succeeds. Default 0. */
  fail_times: mayBeMissing(z.int().check(z.minimum(0))),
  /** Whether the first attempt shall fail for good. Default false. */
  fail_permanently: mayBeMissing(z.boolean()),
});
export type Ping = KnownFields<z.output<typeof ping>>;
