import {
  CancelMessageMoveTaskCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { safeText } from '../../local/safe-text.ts';
import { CommandError } from '../core/command-error.ts';
import type { Target } from '../core/target.ts';
import { Pace, POLL_INTERVALS } from '../core/wait.ts';
import { errorText } from './batch-call.ts';

export interface MoveTaskOptions {
  /** Messages per second, 1 to 500. @default SQS decides, as fast as it can */
  readonly perSecond?: number;
  readonly signal: AbortSignal;
  readonly onProgress: (moved: number, expected: number) => void;
}

export interface MoveTaskResult {
  /** Approximate on AWS. */
  readonly moved: number;
  readonly status: 'COMPLETED' | 'CANCELLED' | 'FAILED';
  /** SQS's own word for why it failed. */
  readonly reason?: string;
}

/** The most that SQS lists: whoever started tasks after ours has ended may have pushed it down. */
const LISTED_TASKS = 10;
/** A cancelled task settles within a moment; then whatever was moved is told. */
const CANCEL_WAIT_MS = 15_000;
const LONGEST_PAUSE_MS = 2_000;
/** What SQS answers to the cancelling of a task that does not run any more. */
const ENDED_ALREADY: ReadonlySet<string> = new Set([
  'ResourceNotFoundException',
  'InvalidParameterValue',
  'InvalidParameterValueException',
]);

/**
 * Hands all of the dead-letter queue to SQS's own move task. It cannot choose, knows no ledger (what is COMPLETED is
 * recognised as a duplicate later) and keeps the attribute `failure`, which the consumer overwrites when the event
 * fails again. An abort cancels the task.
 *
 * @throws {CommandError} when a task is running already, or when one was started and is out of sight
 */
export async function startMoveTask(target: Target, options: MoveTaskOptions): Promise<MoveTaskResult> {
  const { signal, onProgress, perSecond } = options;
  const [SourceArn, DestinationArn] = await Promise.all([
    queueArn(target, target.deadLetterQueueUrl, signal),
    queueArn(target, target.queueUrl, signal),
  ]);
  const earlier = await listTasks(target, SourceArn, signal);
  signal.throwIfAborted();
  // Not ended by the abort: a task that is started without us knowing could not be cancelled.
  const { TaskHandle } = await target.clients.sqs
    .send(
      new StartMessageMoveTaskCommand({
        SourceArn,
        // Always: the consumer sends most letters itself, and of those SQS knows no source to return them to.
        DestinationArn,
        ...(perSecond === undefined ? {} : { MaxNumberOfMessagesPerSecond: perSecond }),
      }),
    )
    .catch(explainRunning);
  if (TaskHandle === undefined) throw new CommandError('SQS gave no handle of the move task: try again');

  const known = new Set(earlier.map(({ StartedTimestamp }) => StartedTimestamp));
  const readTask = async (abortSignal: AbortSignal) => {
    const tasks = await listTasks(target, SourceArn, abortSignal);
    // A task is listed with its handle only while it runs. Newest come first, and ours was the first new one.
    return tasks.findLast(({ StartedTimestamp }) => !known.has(StartedTimestamp));
  };
  const follow = (until: AbortSignal) =>
    untilEnded(readTask, new Pace(POLL_INTERVALS[target.kind], until), until, onProgress);
  try {
    return await follow(signal);
  } catch (error) {
    if (!signal.aborted) throw goesOn('lost sight of the move task', error);
  }
  await cancelTask(target, TaskHandle).catch((error: unknown) => {
    throw goesOn('the move task could not be cancelled', error);
  });
  const cancelling = AbortSignal.timeout(CANCEL_WAIT_MS);
  return follow(cancelling).catch((error: unknown) => {
    if (!cancelling.aborted) throw error;
    throw new CommandError('the move task is being cancelled, and has not ended yet: look again in a minute');
  });
}

/** Whatever became of this process, SQS goes on by itself. */
function goesOn(what: string, cause: unknown): CommandError {
  return new CommandError(
    `${what} (${errorText(cause)}): it goes on by itself; see how far with \`dlq list\``,
    {
      cause,
    },
  );
}

async function untilEnded(
  readTask: (signal: AbortSignal) => Promise<ListMessageMoveTasksResultEntry | undefined>,
  pace: Pace,
  signal: AbortSignal,
  onProgress: MoveTaskOptions['onProgress'],
): Promise<MoveTaskResult> {
  for (;;) {
    const task = await readTask(signal);
    if (task !== undefined) {
      const moved = task.ApproximateNumberOfMessagesMoved ?? 0;
      onProgress(moved, task.ApproximateNumberOfMessagesToMove ?? moved);
      if (isEnd(task.Status)) {
        const reason = task.FailureReason;
        return { moved, status: task.Status, ...(reason === undefined ? {} : { reason: safeText(reason) }) };
      }
    }
    await pace.wait(LONGEST_PAUSE_MS);
  }
}

function isEnd(status: string | undefined): status is MoveTaskResult['status'] {
  return status === 'COMPLETED' || status === 'CANCELLED' || status === 'FAILED';
}

async function listTasks(target: Target, SourceArn: string, abortSignal: AbortSignal) {
  const command = new ListMessageMoveTasksCommand({ SourceArn, MaxResults: LISTED_TASKS });
  const { Results = [] } = await target.clients.sqs.send(command, { abortSignal });
  return Results;
}

/** A task that has ended meanwhile cannot be cancelled: its state tells how it ended. */
async function cancelTask({ clients }: Target, TaskHandle: string): Promise<void> {
  await clients.sqs.send(new CancelMessageMoveTaskCommand({ TaskHandle })).catch((error: unknown) => {
    if (!(error instanceof Error && ENDED_ALREADY.has(error.name))) throw error;
  });
}

async function queueArn(target: Target, queueUrl: string, abortSignal: AbortSignal): Promise<string> {
  const { Attributes } = await target.clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['QueueArn'] }),
    { abortSignal },
  );
  const arn = Attributes?.QueueArn;
  if (arn === undefined)
    throw new CommandError('SQS does not tell the ARN of the queue: ask for sqs:GetQueueAttributes');
  return arn;
}

function explainRunning(error: unknown): never {
  if (error instanceof Error && /already a task running|active message move task/i.test(error.message)) {
    throw new CommandError('SQS is moving these dead letters already: wait until that task has ended', {
      cause: error,
    });
  }
  throw error;
}
