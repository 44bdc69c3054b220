import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { Target } from './target.ts';
import { Pace, POLL_INTERVALS } from './wait.ts';

/** Messages on a queue. Locally exact; on AWS approximate and up to a minute late. */
export interface QueueDepth {
  readonly visible: number;
  /** Received and not acknowledged: in work, or waiting for a retry. */
  readonly hidden: number;
}

export async function readQueueDepth(
  target: Target,
  queueUrl: string,
  abortSignal: AbortSignal,
): Promise<QueueDepth> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: queueUrl,
    AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
  });
  const { Attributes } = await target.clients.sqs.send(command, { abortSignal });
  return {
    visible: Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0),
    hidden: Number(Attributes?.['ApproximateNumberOfMessagesNotVisible'] ?? 0),
  };
}

/** Waits until the main queue holds nothing; false when `timeoutMs` passes first. */
export async function waitUntilDrained(
  target: Target,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<boolean> {
  const deadlineMs = performance.now() + timeoutMs;
  const pace = new Pace(POLL_INTERVALS[target.kind], signal);
  for (;;) {
    const { visible, hidden } = await readQueueDepth(target, target.queueUrl, signal);
    if (visible + hidden === 0) return true;
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) return false;
    await pace.wait(leftMs);
  }
}
