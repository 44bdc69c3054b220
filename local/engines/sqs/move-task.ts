import { randomUUID } from 'node:crypto';
import type { ListMessageMoveTasksResultEntry, StartMessageMoveTaskRequest } from '@aws-sdk/client-sqs';
import { newMessage } from './message.ts';
import type { Queue } from './queue.ts';
import type { OnWire } from './wire.ts';

/** SQS starts a moment later, and then moves at most this many a second. */
const STEP_MS = 1_000;
const MOST_PER_STEP = 500;

/** Brings the messages of a dead-letter queue back. */
export class MoveTask {
  readonly handle = randomUUID();
  readonly source: Queue;
  readonly #byArn: (arn: string | undefined) => Queue;
  readonly #listed: OnWire<ListMessageMoveTasksResultEntry>;
  readonly #timer: NodeJS.Timeout;
  moved = 0;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED' = 'RUNNING';

  /** Without a destination each message goes back to the queue that gave it up. */
  constructor(
    asked: OnWire<StartMessageMoveTaskRequest>,
    source: Queue,
    byArn: (arn: string | undefined) => Queue,
  ) {
    this.source = source;
    this.#byArn = byArn;
    const ApproximateNumberOfMessagesToMove = this.source.counts.waiting;
    this.#listed = { ...asked, ApproximateNumberOfMessagesToMove, StartedTimestamp: Date.now() };
    const most = asked.MaxNumberOfMessagesPerSecond ?? MOST_PER_STEP;
    this.#timer = setInterval(() => this.#move(most), STEP_MS);
  }

  /** A task that has ended is listed without its handle. */
  describe(): OnWire<ListMessageMoveTasksResultEntry> {
    return {
      ...this.#listed,
      Status: this.status,
      ApproximateNumberOfMessagesMoved: this.moved,
      TaskHandle: this.status === 'RUNNING' ? this.handle : undefined,
      FailureReason: this.status === 'FAILED' ? 'CouldNotDetermineMessageSource' : undefined,
    };
  }

  end(status: 'COMPLETED' | 'CANCELLED' | 'FAILED'): void {
    if (this.status === 'RUNNING') this.status = status;
    clearInterval(this.#timer);
  }

  #move(most: number): void {
    for (const message of this.source.give(most)) {
      try {
        const target = this.#byArn(this.#listed.DestinationArn ?? message.sourceArn);
        // A message of its own, sent now.
        target.add(newMessage(message));
        this.moved += 1;
      } catch {
        this.source.add(message);
        this.end('FAILED');
      }
    }
    if (this.source.counts.waiting === 0) this.end('COMPLETED');
  }
}
