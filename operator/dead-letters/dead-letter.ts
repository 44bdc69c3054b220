import type { MessageAttributeValue } from '@aws-sdk/client-sqs';
import type { Failure } from '../../lambdas/contract/failure.ts';

/** A message of the dead-letter queue, whole. Times are epoch milliseconds. */
export interface DeadLetter {
  readonly messageId: string;
  /** Valid until the visibility of the receive ends. */
  readonly receiptHandle: string;
  /** As it is on the queue: text, or base64 where the attribute `body-encoding` says so. */
  readonly body: string;
  /** Every attribute, `failure` included, with its own data type. */
  readonly attributes: Readonly<Record<string, MessageAttributeValue>>;
  /** `MessageGroupId`: the customer, hashed where it does not fit SQS. */
  readonly messageGroupId?: string;
  /** Absent on a message that carries no valid `svix-id`. */
  readonly eventId?: string;
  /** Attribute `event-type`; `unknown` when it has none. */
  readonly eventType: string;
  /** From the body, normalised; absent when it cannot be read. */
  readonly customerId?: string;
  readonly providerName?: string;
  /** SHA-256 of the decoded body, hexadecimal: what the ledger's `body_sha256` is compared with. */
  readonly bodySha256: string;
  /** Attribute `failure`; absent when SQS moved the message by itself, or when it cannot be read. */
  readonly failure?: Failure;
  /** When it was put on the dead-letter queue; from this its retention counts. */
  readonly sentAtMs: number;
  /** When ingest received it. */
  readonly receivedAtMs?: number;
  /** Receives on the dead-letter queue, this one included: looks raise it, and it has no effect there. */
  readonly receiveCount: number;
  /** Of its group, where that is known already. */
  readonly groupId?: string;
}
