import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { Failure } from '../../lambdas/contract/failure.ts';
import { MessageAttribute } from '../../lambdas/contract/message.ts';
import { readQueueDepth } from '../core/queue-depth.ts';
import type { Target } from '../core/target.ts';

/** Longer than the reading takes, so that each letter is received once. */
const VISIBILITY_SECONDS = 60;

/** The failures on the dead-letter queue by svix-id, one for each letter. It hides the letters for a minute. */
export async function readDeadLetters(
  target: Target,
  abortSignal: AbortSignal,
): Promise<ReadonlyMap<string, readonly Failure[]>> {
  const letters = new Map<string, Failure[]>();
  const command = new ReceiveMessageCommand({
    QueueUrl: target.deadLetterQueueUrl,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ['All'],
    VisibilityTimeout: VISIBILITY_SECONDS,
  });
  while ((await readQueueDepth(target, target.deadLetterQueueUrl, abortSignal)).visible > 0) {
    const { Messages = [] } = await target.clients.sqs.send(command, { abortSignal });
    for (const { MessageAttributes } of Messages) {
      const id = MessageAttributes?.[MessageAttribute.SVIX_ID]?.StringValue ?? '';
      const failure = MessageAttributes?.[MessageAttribute.FAILURE]?.StringValue;
      const known = letters.get(id) ?? [];
      known.push(failure === undefined ? WITHOUT_REASON : JSON.parse(failure));
      letters.set(id, known);
    }
  }
  return letters;
}

/** SQS moved it by itself: the consumer gave no reason. */
const WITHOUT_REASON = {
  reason: 'receive-limit',
  message: 'moved by SQS, without a reason',
  handlers: [],
  attempts: 0,
  failedAtMs: 0,
} as const satisfies Failure;
