/** Attributes of a message on the main queue. SQS allows ten and refuses empty values. */
export const MessageAttribute = {
  SVIX_ID: 'svix-id',
  SVIX_TIMESTAMP: 'svix-timestamp',
  /** Best effort, from the unvalidated body; `unknown` when it cannot be read. */
  EVENT_TYPE: 'event-type',
  /** Epoch milliseconds. */
  RECEIVED_AT: 'received-at',
  /** `base64` when the body holds bytes that SQS refuses; absent otherwise. */
  BODY_ENCODING: 'body-encoding',
  /** On dead letters only: JSON of a {@link Failure}. A redrive strips it. */
  FAILURE: 'failure',
} as const;

export const BODY_ENCODING_BASE64 = 'base64';
export const UNKNOWN_EVENT_TYPE = 'unknown';

/** SQS counts body and attributes together: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const MAX_MESSAGE_BYTES = 1024 * 1024;
/** Kept free for the attributes and the failure reason of a dead letter. */
export const RESERVED_ATTRIBUTE_BYTES = 16 * 1024;
/** Largest body, as it is put on the queue (after base64 where that is needed). */
export const MAX_BODY_BYTES = MAX_MESSAGE_BYTES - RESERVED_ATTRIBUTE_BYTES;
/** Largest `failure` attribute, in UTF-8 bytes. */
export const MAX_FAILURE_BYTES = 4 * 1024;

/** What a svix-id may hold. A dot would let part of a captured body be shifted into id and timestamp. */
export const EVENT_ID_PATTERN = /^[A-Za-z0-9_-]{1,128}$/;

/** The diagnostic event that the doctor, the demo and fire drills send. It never reaches `onAny`. */
export const PING_EVENT_TYPE = 'supaglue-webhooks.ping';
/** Longest delay that a ping may ask for, in milliseconds. */
export const PING_MAX_DELAY_MS = 10_000;
