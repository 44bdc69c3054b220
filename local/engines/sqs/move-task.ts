import { randomUUID } from 'node:crypto';
import type { ListMessageMoveTasksResultEntry } from '@aws-sdk/client-sqs';
import type { Queue } from './queue.ts';
import { newMessage } from './stored-message.ts';
import type { OnWire } from './wire.ts';

/** SQS's own most. */
const DEFAULT_PER_SECOND = 500;

/** Brings the messages of a dead-letter queue back, so many a second. */
export class MoveTask {
  readonly handle = randomUUID();
  readonly source: Queue;
  readonly #targetOf: (message: { readonly sourceArn?: string }) => Queue;
  readonly #listed: OnWire<ListMessageMoveTasksResultEntry>;
  readonly #timer: NodeJS.Timeout;
  moved = 0;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED' = 'RUNNING';

  /** @param destination - absent: each goes back to the queue that gave it up */
  constructor(
    source: Queue,
    destination: Queue | undefined,
    perSecond: number | undefined,
    byArn: (arn?: string) => Queue,
  ) {
    this.source = source;
    this.#targetOf = ({ sourceArn }) => destination ?? byArn(sourceArn);
    this.#listed = {
      SourceArn: source.arn,
      DestinationArn: destination?.arn,
      MaxNumberOfMessagesPerSecond: perSecond,
      ApproximateNumberOfMessagesToMove: source.counts().waiting,
      StartedTimestamp: Date.now(),
    };
    this.#timer = setInterval(() => this.#move(perSecond ?? DEFAULT_PER_SECOND), 1_000);
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
    for (let count = 0; count < most; count += 1) {
      const message = this.source.give();
      if (message === undefined) break;
      try {
        // A message of its own, sent now.
        const { body, attributes, groupId } = message;
        this.#targetOf(message).add(
          newMessage({ MessageBody: body, MessageAttributes: { ...attributes }, MessageGroupId: groupId }),
        );
        this.moved += 1;
      } catch {
        this.source.add(message);
        this.end('FAILED');
        return;
      }
    }
    if (this.source.counts().waiting === 0) this.end('COMPLETED');
  }
}
