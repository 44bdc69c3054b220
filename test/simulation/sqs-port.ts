import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { QueuedMessage, SimulatedQueue } from '../../testing/queue.ts';
import { contentOf } from '../../testing/sqs-record.ts';
import type { Network, Service } from './aws-call.ts';
import type { Faults } from './faults.ts';
import type { FunctionInstance, Invocation } from './instance.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Where a SendMessage came from. Its request may arrive later, and more than once. */
export interface SentBy {
  readonly invocation: Invocation | undefined;
  readonly startedAtMs: number;
}

export interface SqsPort {
  readonly time: VirtualTime;
  readonly network: Network;
  readonly faults: Faults;
  /** Queue URL → queue. */
  readonly queues: ReadonlyMap<string, { readonly queue: SimulatedQueue; readonly service: Service }>;
  readonly onSent: (queueUrl: string, message: QueuedMessage, sent: SentBy) => void;
}

const BOUNDS = { maxAttempts: 3, requestTimeoutMs: 2_500 };

/** The part of the SDK's client that the production adapters use, on the simulated queues. */
export function createSqsClient(port: SqsPort, instance: FunctionInstance): SQSClient {
  const { time, network, faults, queues, onSent } = port;
  const queueOf = (url: string | undefined) => {
    const found = queues.get(url ?? '');
    if (found === undefined) throw new Error(`no queue at ${url}`);
    return found;
  };
  const send = (command: unknown, options: { readonly abortSignal?: AbortSignal } = {}) => {
    if (command instanceof SendMessageCommand) {
      const { QueueUrl = '' } = command.input;
      const { queue, service } = queueOf(QueueUrl);
      const content = contentOf(command.input);
      const sentBy = { invocation: instance.invocation, startedAtMs: time.nowMs };
      const serve = () => onSent(QueueUrl, queue.send(content, Math.floor(time.nowMs)), sentBy);
      const purpose = service === 'dead-letters' ? 'copy' : 'send';
      return network.call(instance, { service, purpose }, BOUNDS, serve, options.abortSignal);
    }
    if (command instanceof ChangeMessageVisibilityCommand) {
      const { QueueUrl, ReceiptHandle = '', VisibilityTimeout = -1 } = command.input;
      const { queue, service } = queueOf(QueueUrl);
      return network.call(instance, { service, purpose: 'hide' }, BOUNDS, () => {
        if (faults.strikes('visibility-refused')) {
          throw Object.assign(new Error('refused'), { name: 'InvalidParameterValue', $fault: 'client' });
        }
        queue.changeVisibility(ReceiptHandle, VisibilityTimeout, Math.floor(time.nowMs));
      });
    }
    throw new Error('an SQS command that is not simulated');
  };
  // The adapters call nothing else. What is under way goes on after `destroy`, which is the worst that may happen.
  return { send, destroy: () => undefined } as unknown as SQSClient;
}
