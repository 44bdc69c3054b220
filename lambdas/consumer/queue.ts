import type { SQSRecord } from 'aws-lambda';

/** The two SQS calls that the consumer makes, neither of them on the happy path. */
export interface ConsumerQueue {
  /** Hides the message for `seconds` from now; whole seconds, 1 to 39,600. */
  hide(receiptHandle: string, seconds: number, signal?: AbortSignal): Promise<void>;
  /** Resolves once SQS has confirmed the copy. */
  copyToDeadLetters(message: SQSRecord, failure: string, signal?: AbortSignal): Promise<void>;
}
