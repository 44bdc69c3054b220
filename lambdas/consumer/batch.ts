import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { errorText } from '../runtime/error-text.ts';
import { ANSWER_MARGIN_MS } from './attempt-context.ts';
import { backoffMs } from './backoff.ts';
import { BatchCompany } from './batch-company.ts';
import type { ConsumerDependencies, Invocation, Verdict } from './dependencies.ts';
import { giveBack } from './give-back.ts';
import { eventIdOf, receiveCount } from './incoming-message.ts';
import { processMessage } from './process-message.ts';
import type { ConsumerQueue } from './queue.ts';

/** What was returned may be in other hands. Made once: `abort()` without a reason makes a stack each time. */
const BATCH_IS_ANSWERED = new Error('the batch is answered');

/** Takes the records of a batch in parallel, each to its own verdict. Never rejects. */
export async function processBatch(
  event: SQSEvent,
  { deadlineMs }: Pick<Invocation, 'deadlineMs'>,
  dependencies: ConsumerDependencies,
): Promise<SQSBatchResponse> {
  const { clock, queue } = dependencies;
  const company = new BatchCompany(event.Records.length);
  const answered = new AbortController();
  const open = { ...dependencies, queue: closedBy(answered.signal, queue) };
  const verdicts = event.Records.map((record) =>
    verdictOf(record, { deadlineMs, company }, open).finally(() => company.settled()),
  );
  // A record that hangs on an AWS call must not cost its siblings their answer. To return it is always safe.
  let forget = () => {};
  const timeIsUp = new Promise<Verdict>((resolve) => {
    forget = clock.after(deadlineMs - ANSWER_MARGIN_MS / 2 - clock.nowMs(), () => resolve('return'));
  });
  const inTime = await Promise.all(verdicts.map((verdict) => Promise.race([verdict, timeIsUp])));
  forget();
  answered.abort(BATCH_IS_ANSWERED);
  return {
    batchItemFailures: event.Records.filter((_, index) => inTime[index] !== 'acknowledge').map(
      ({ messageId }) => ({ itemIdentifier: messageId }),
    ),
  };
}

function verdictOf(
  record: SQSRecord,
  invocation: Invocation,
  dependencies: ConsumerDependencies,
): Promise<Verdict> {
  return processMessage(record, invocation, dependencies).catch((error: unknown) =>
    whenFrameworkFails(record, error, dependencies),
  );
}

/**
 * Lambda freezes what a record left unfinished and lets it go on in a later invocation, when the message may be in
 * other hands: nothing is hidden or copied after the verdict, nor does the SDK retry a call made before it. The
 * ledger's writes are fenced by the owner.
 */
function closedBy(answered: AbortSignal, queue: ConsumerQueue): ConsumerQueue {
  return {
    async hide(receiptHandle, seconds) {
      answered.throwIfAborted();
      await queue.hide(receiptHandle, seconds, answered);
    },
    async copyToDeadLetters(message, failure) {
      answered.throwIfAborted();
      await queue.copyToDeadLetters(message, failure, answered);
    },
  };
}

/** An error of the framework itself, or an edge that failed for good: the message goes back, its siblings go on. */
async function whenFrameworkFails(
  record: SQSRecord,
  error: unknown,
  dependencies: ConsumerDependencies,
): Promise<Verdict> {
  const { logger, policy, random } = dependencies;
  const keys = { event_id: eventIdOf(record), handler: '-', message_id: record.messageId };
  logger.error('message not settled', { ...keys, cause: errorText(error) });
  try {
    const delayMs = backoffMs(receiveCount(record), policy, random());
    return await giveBack(record, delayMs, `the consumer itself failed: ${errorText(error)}`, dependencies);
  } catch (second) {
    logger.error('message left to its visibility timeout', { ...keys, cause: errorText(second) });
    return 'return';
  }
}
