import { type Service, type ServiceOptions, startJsonService } from '../services/service.ts';
import { ACTIONS } from './sqs/actions.ts';
import { Queues } from './sqs/queues.ts';

export interface SqsEngine extends Service {
  /** For {@link ACTIONS} within the process. */
  readonly queues: Queues;
  /** Age of the oldest message on a queue, 0 when it is empty; undefined when there is no such queue. */
  oldestMessageAgeMs(queueName: string, nowMs: number): number | undefined;
}

/**
 * SQS's standard queues in memory: what this project, its suites and an operator's tools use of them. Over HTTP it
 * speaks the JSON protocol, as every SDK and AWS CLI since the end of 2023 does; the older query protocol is refused.
 */
export async function startSqsEngine(options: ServiceOptions = {}): Promise<SqsEngine> {
  const queues = new Queues();
  // Each action is given the input that its caller takes it to have.
  type Action = (queues: Queues, input: object, gone: AbortSignal) => object | Promise<object>;
  const actions = Object.entries(ACTIONS as unknown as Record<string, Action>).map(
    ([name, action]) => [name, (input: object, gone: AbortSignal) => action(queues, input, gone)] as const,
  );
  const { endpoint, stop } = await startJsonService('SQS', Object.fromEntries(actions), options);
  queues.endpoint = endpoint;
  return {
    endpoint,
    queues,
    oldestMessageAgeMs: (queueName, nowMs) => queues.byName.get(queueName)?.oldestAgeMs(nowMs),
    async stop() {
      await stop();
      queues.close();
    },
  };
}
