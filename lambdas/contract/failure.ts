/** Why a message was dead-lettered. */
export const FailureReason = {
  /** The message carries no svix-id. No ledger record exists. */
  NO_EVENT_ID: 'no-event-id',
  /** The body is not JSON. */
  INVALID_JSON: 'invalid-json',
  /** The body does not match the schema of its event type. */
  INVALID_PAYLOAD: 'invalid-payload',
  /** Another body was recorded under the same svix-id. The event's own record is untouched. */
  PAYLOAD_MISMATCH: 'payload-mismatch',
  /** Nothing retryable is left: at least one handler failed for good. */
  PERMANENT: 'permanent',
  /** The retry budget (`maxAttempts`) is spent. */
  ATTEMPTS_EXHAUSTED: 'attempts-exhausted',
  /** The budget is spent and the last attempt died before it could record its outcome. */
  ABANDONED: 'abandoned',
  /** The next retry would come after the message's retention. */
  RETENTION: 'retention',
  /** The next receive would make SQS move the message by itself, without a reason. */
  RECEIVE_LIMIT: 'receive-limit',
} as const;
export type FailureReason = (typeof FailureReason)[keyof typeof FailureReason];

/** One handler's failure within a {@link Failure}. */
export interface HandlerFailure {
  /** Name the handler is registered under. */
  readonly handler: string;
  /** The error's `name`. */
  readonly error: string;
  readonly message: string;
  /** Stable code of the error, when it has one. */
  readonly code?: string;
  readonly retryable: boolean;
  /** Trimmed stack; the first frames of user code. */
  readonly stack?: string;
}

/** The `failure` attribute of a dead letter: sanitised JSON of at most `MAX_FAILURE_BYTES`. */
export interface Failure {
  readonly reason: FailureReason;
  /** One sentence for people. */
  readonly message: string;
  /** Handlers that failed in the last attempt or for good; empty when none ran. */
  readonly handlers: readonly HandlerFailure[];
  /** How many of them did not fit; absent when all did. */
  readonly handlersOmitted?: number;
  /** Attempts of the budget that was spent. */
  readonly attempts: number;
  /** Epoch milliseconds; absent when the ledger was not reached. */
  readonly firstAttemptAtMs?: number;
  /** Epoch milliseconds. */
  readonly failedAtMs: number;
}
