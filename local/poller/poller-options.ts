import type { EventSourceModel } from '../assembly/stack-model.ts';
import type { LocalCloudObserver } from '../cloud-events.ts';
import type { Queues } from '../engines/sqs/queues.ts';
import type { LocalFunction } from '../runtime/local-function.ts';

export interface PollerOptions {
  readonly source: EventSourceModel;
  readonly queues: Queues;
  readonly target: LocalFunction;
  readonly observer: LocalCloudObserver;
}
