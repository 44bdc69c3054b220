/**
 * The predicates of the ledger's conditional writes, each with its place on an event's timeline:
 *
 *     absent ──claim──▶ IN_PROGRESS ──complete──▶ COMPLETED
 *                         │      ▲
 *                    fail │      │ claim, once not_before_ms has passed
 *                         ▼      │
 *                        FAILED ─┘
 *
 * Clocks of two workers meet in `lease_expires_at_ms` and `not_before_ms`; the lease carries the allowance
 * for their difference.
 */

/** Nobody has recorded this event. An expired item that TTL has not deleted yet still counts as recorded. */
const EVENT_IS_NEW = 'attribute_not_exists(event_id)';

/** The same svix-id with another body is another event, whatever the record's state. */
const BODY_IS_THE_SAME = 'body_sha256 = :body_sha256';

/**
 * A claim is applied once. Its request may arrive a second time, long after the client gave up waiting for it
 * and the SDK's retry went through: by then the same attempt may have dead-lettered the event.
 */
const NOT_CLAIMED_BY_US = '#owner <> :owner';

/**
 * A claim follows the failure that it retries. Another attempt's claim, sent before that failure and late on its way,
 * would take up an event that was dead-lettered meanwhile, for nobody.
 */
const SENT_AFTER_THE_FAILURE = '(attribute_not_exists(failed_at_ms) OR failed_at_ms <= :now_ms)';

/** FAILED, and the backoff (or the lease of a handler that never settled) has passed. */
const RETRY_IS_DUE = `(#status = :failed AND ${SENT_AFTER_THE_FAILURE} AND (attribute_not_exists(not_before_ms) OR not_before_ms <= :now_ms))`;

/** IN_PROGRESS, but the attempt's function must have ended by now: it died without a record. */
const LEASE_HAS_EXPIRED = '(#status = :in_progress AND lease_expires_at_ms <= :now_ms)';

/**
 * A letter ends the event's budget. Another is opened by what SQS took after it: a redrive, which SQS stamps anew
 * whoever sends it, or a resend, which Svix signs anew. A replay of the delivery that failed opens none.
 */
const SENT_AFTER_THE_LETTER =
  '(attribute_not_exists(lettered_at_ms) OR (lettered_at_ms < :sent_at_ms AND (lettered_signed_at_seconds < :signed_at_seconds OR :received_at_ms <= lettered_received_at_ms)))';

/** An attempt may start. */
export const CLAIMABLE = `${EVENT_IS_NEW} OR (${BODY_IS_THE_SAME} AND ${NOT_CLAIMED_BY_US} AND ${SENT_AFTER_THE_LETTER} AND (${RETRY_IS_DUE} OR ${LEASE_HAS_EXPIRED}))`;

/** No attempt has claimed the event since ours. */
export const STILL_OURS = '#owner = :owner';

/** A claim was applied, nobody learned of it, and it is not withdrawn yet: its lease is as the claim set it. */
export const OUR_UNKNOWN_CLAIM = `${STILL_OURS} AND #status = :in_progress AND lease_expires_at_ms = :lease_expires_at_ms`;

/**
 * A failure is recorded before the dead letter is released, which sets `attempts` to 0. Its request may arrive a
 * second time after that: it must not take the budget that a redrive was promised.
 */
export const STILL_OURS_AND_NOT_RELEASED = `${STILL_OURS} AND attempts = :attempts`;
