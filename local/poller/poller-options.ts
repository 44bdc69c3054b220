import type { SQSClient } from '@aws-sdk/client-sqs';
import type { EventSourceModel } from '../assembly/stack-model.ts';
import type { LocalCloudObserver } from '../cloud-events.ts';
import type { LocalFunction } from '../runtime/local-function.ts';

/** What one event source mapping polls with. */
export interface PollerOptions {
  readonly source: EventSourceModel;
  readonly sqs: SQSClient;
  readonly target: LocalFunction;
  readonly observer: LocalCloudObserver;
}
