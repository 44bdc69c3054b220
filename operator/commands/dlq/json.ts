import * as z from 'zod';
import { exportedLetterSchema } from '../../dead-letters/exported-letter.ts';

/**
 * What `--json` prints, one document each. Times are epoch milliseconds; what does not apply is absent.
 * `dlq export` prints lines of `exportedLetterSchema` instead.
 */
const epochMs = z.number().nonnegative();
const count = z.int().nonnegative();

export const groupSchema = z.strictObject({
  /** 8 hexadecimal characters, for `--group` and `dlq show`; the same between runs. */
  group_id: z.string().regex(/^[0-9a-f]{8}$/),
  /** Absent: SQS moved the letters by itself. */
  reason: z.string().optional(),
  error: z.string(),
  handler: z.string().optional(),
  /** Top stack frame of user code. */
  frame: z.string().optional(),
  code: z.string().optional(),
  /** Fields of a schema, tables and columns, where the cause is one of them. */
  subject: z.string().optional(),
  /** Of the latest letter. */
  message: z.string(),
  events: count,
  letters: count,
  /** Letters by type. */
  event_types: z.record(z.string(), count),
  /** At most 20. */
  customers: z.array(z.string()),
  first_at_ms: epochMs,
  last_at_ms: epochMs,
  attempts: count,
  /** When SQS deletes the first of its letters. */
  expires_at_ms: epochMs,
  /** Of the newest letters, at most 10. */
  event_ids: z.array(z.string()),
});
export type GroupJson = z.infer<typeof groupSchema>;

export const listSchema = z.strictObject({
  target: z.string(),
  taken_at_ms: epochMs,
  /** Of what was seen, what was asked for. */
  letters: count,
  events: count,
  /** How many SQS said were visible when the look began; approximate on AWS. */
  expected: count,
  /** How many others held then: they are not in the list. */
  hidden: count,
  /** What was seen. */
  looked: count,
  /** Letters that SQS deletes within three days; absent when there are none. */
  expiring: z.strictObject({ letters: count, first_at_ms: epochMs }).optional(),
  groups: z.array(groupSchema),
});
export type ListJson = z.infer<typeof listSchema>;

const planFields = {
  /** What a redrive does with it: run, leased, unrecorded are moved; completed and futile are skipped. */
  disposition: z.enum(['run', 'leased', 'completed', 'futile', 'unrecorded']),
  /** Handlers that run again, as the deployment tells them. */
  will_run: z.array(z.string()),
  /** The deployment does not tell its handlers: `will_run` names those that letters and records name. */
  names_are_guessed: z.literal(true).optional(),
  /** Handlers that have completed and do not. */
  completed: z.array(z.string()),
  /** Of leased: when the running attempt's lease ends. */
  until_ms: epochMs.optional(),
  /** What the disposition does not say. */
  note: z.string().optional(),
};

const planSchema = z.strictObject(planFields);

export const showSchema = z.strictObject({
  target: z.string(),
  letter: exportedLetterSchema,
  group_id: z.string(),
  customer_id: z.string().optional(),
  provider_name: z.string().optional(),
  received_at_ms: epochMs.optional(),
  body_sha256: z.string(),
  expires_at_ms: epochMs,
  /** Message ids of all letters of this event and body, this one included. */
  copies: z.array(z.string()),
  redrive: planSchema,
  /** As of `events show --json`; absent when the ledger has none. */
  record: z.looseObject({ event_id: z.string(), status: z.string() }).optional(),
});
export type ShowJson = z.infer<typeof showSchema>;

export const changedEventSchema = z.strictObject({
  event_id: z.string().optional(),
  /** Of the newest letter. */
  message_id: z.string(),
  event_type: z.string(),
  customer_id: z.string().optional(),
  group_id: z.string(),
  /** Letters of this event, folded into one. */
  copies: z.int().positive(),
  outcome: z.enum(['moved', 'deleted', 'skipped', 'planned', 'failed']),
  /** Why it failed; of moved and deleted, what was left behind. */
  error: z.string().optional(),
  ...planFields,
});
export type ChangedEvent = z.infer<typeof changedEventSchema>;

export type PlanJson = z.infer<typeof planSchema>;

/** Of `dlq redrive` and `dlq delete`. Numbers count events. */
export const changeSchema = z.strictObject({
  target: z.string(),
  dry_run: z.boolean(),
  /** Ctrl-C: what is not named under `events` is in place. */
  interrupted: z.boolean(),
  moved: count,
  deleted: count,
  skipped: count,
  failed: count,
  /** Of a dry run: what would be moved or deleted. */
  planned: count,
  /** Further letters of moved or deleted events, deleted with them. */
  folded: count,
  /** Letters of changed events that SQS did not delete: they are on the dead-letter queue still. */
  left_behind: count,
  /** Letters that others held when it began, according to SQS: they were not looked at. */
  hidden: count,
  /** Letters that SQS counted when it began and did not give; approximate on AWS. */
  unseen: count,
  /** Letters in place that SQS did not take back at once: visible within half a minute. */
  coming_back: count,
  /** Letters on the dead-letter queue still, approximately: of a command that was interrupted, or ended by --limit. */
  left: count.optional(),
  events: z.array(changedEventSchema),
});
export type ChangeJson = z.infer<typeof changeSchema>;

/** Of `dlq edit`. */
export const editSchema = z.strictObject({
  target: z.string(),
  /** Of the old letter. */
  event_id: z.string().optional(),
  message_id: z.string(),
  /** svix-id of the new event. */
  sent_as: z.string(),
  event_type: z.string(),
  /** False: the schema is in the user's code, and the consumer alone checks it. */
  fits_schema: z.boolean(),
  /** Why the record of the old event does not name the new one. */
  unrecorded: z.string().optional(),
  /** Letters deleted. */
  deleted: count,
});
export type EditJson = z.infer<typeof editSchema>;

/** Of `dlq redrive --fast`. */
export const fastRedriveSchema = z.strictObject({
  target: z.string(),
  dry_run: z.boolean(),
  expected: count,
  moved: count,
  status: z.enum(['PLANNED', 'COMPLETED', 'CANCELLED', 'FAILED']),
  /** SQS's own word for why it failed. */
  reason: z.string().optional(),
});
export type FastRedriveJson = z.infer<typeof fastRedriveSchema>;
