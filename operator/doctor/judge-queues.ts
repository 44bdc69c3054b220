import { QUEUE_RETENTION_SECONDS } from '../../lambdas/contract/timing.ts';
import { formatDuration } from '../cli/format-time.ts';
import { type Finding, fail, ok, warn } from './finding.ts';

/** AWS's advice for event sources: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const VISIBILITY_PER_FUNCTION_TIMEOUT = 6;
const DEPLOY = 'deploy the stack again: somebody has changed it by hand';

export interface VisibilityFacts {
  readonly visibilitySeconds: number;
  readonly functionTimeoutSeconds: number;
  readonly batchingWindowSeconds: number;
}

export function judgeVisibility(facts: VisibilityFacts): Finding {
  const { visibilitySeconds, functionTimeoutSeconds, batchingWindowSeconds } = facts;
  const wanted = VISIBILITY_PER_FUNCTION_TIMEOUT * functionTimeoutSeconds + batchingWindowSeconds;
  const text = `${visibilitySeconds} s`;
  if (visibilitySeconds < functionTimeoutSeconds + batchingWindowSeconds) {
    return fail(
      `${text} is shorter than the function's timeout of ${functionTimeoutSeconds} s: events come again while they are in work`,
      { mend: DEPLOY },
    );
  }
  return visibilitySeconds < wanted
    ? warn(`${text}, less than 6 × the function's timeout and the batching window (${wanted} s)`, {
        mend: DEPLOY,
      })
    : ok(`${text}, at least 6 × the function's ${functionTimeoutSeconds} s and the batching window`);
}

export interface RetentionFacts {
  readonly queueSeconds: number;
  readonly deadLetterSeconds: number;
  /** What the consumer takes the queue's retention for; undefined when it is not set. */
  readonly consumerSeconds: number | undefined;
}

export function judgeRetention({
  queueSeconds,
  deadLetterSeconds,
  consumerSeconds,
}: RetentionFacts): Finding {
  const text = `queue ${days(queueSeconds)}, dead letters ${days(deadLetterSeconds)}`;
  if (deadLetterSeconds <= queueSeconds) {
    return fail(`${text}: a dead letter keeps the time of its first enqueue, and may be gone at once`, {
      mend: `${DEPLOY}; dead letters must be kept longer than the queue keeps its messages`,
    });
  }
  if (consumerSeconds !== undefined && consumerSeconds > queueSeconds) {
    return fail(
      `${text}, but the consumer plans retries for ${days(consumerSeconds)}: SQS deletes events before they are given up`,
      { mend: DEPLOY },
    );
  }
  return queueSeconds < QUEUE_RETENTION_SECONDS
    ? warn(`${text}: a consumer that stands still for longer loses events`, { mend: DEPLOY })
    : ok(text);
}

function days(seconds: number): string {
  return formatDuration(seconds * 1000).replace(/^(\d+) h$/, (text, hours) =>
    Number(hours) % 24 === 0 ? `${Number(hours) / 24} days` : text,
  );
}

export interface BacklogFacts {
  readonly visible: number;
  readonly hidden: number;
  /** Undefined when nothing tells it. */
  readonly oldestSeconds: number | undefined;
}

/** As the alarm OldestMessage has it, beyond the first retries. */
const OLD_SECONDS = 15 * 60;

export function judgeBacklog({ visible, hidden, oldestSeconds }: BacklogFacts): Finding {
  const counts = `${visible} waiting, ${hidden} in work or backing off`;
  if (visible === 0 || oldestSeconds === undefined || oldestSeconds <= OLD_SECONDS) return ok(counts);
  return warn(`${counts}; the oldest came ${formatDuration(oldestSeconds * 1000)} ago`, {
    mend: 'docs/runbook.md, OldestMessage: is the consumer slow, throttled, or paused?',
  });
}

export function judgeDeadLetters(count: number): Finding {
  if (count === 0) return ok('none');
  return warn(count === 1 ? '1 event could not be handled' : `${count} events could not be handled`, {
    mend: 'see why',
    command: 'dlq list',
  });
}
