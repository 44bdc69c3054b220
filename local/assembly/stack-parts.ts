import { LocalError } from '../local-error.ts';
import type { FunctionModel, QueueModel, RouteModel, StackModel } from './stack-model.ts';

/** The parts of the stack by the roles they play, found from the template's wiring. */
export interface StackParts {
  readonly ingest: FunctionModel;
  readonly consumer: FunctionModel;
  readonly route: RouteModel;
  readonly queue: QueueModel;
  readonly deadLetterQueue: QueueModel;
  readonly ledgerTableName: string;
  readonly signingSecretArn: string;
  readonly alertTopicArn: string;
}

/** @throws {LocalError} when a part is missing or there is more than one candidate. */
export function findParts(model: StackModel): StackParts {
  const route = single(model.routes, 'HTTP API route');
  const source = single(model.eventSources, 'event source mapping');
  const queue = single(
    model.queues.filter(({ arn }) => arn === source.queueArn),
    'queue of the event source mapping',
  );
  return {
    route,
    queue,
    ingest: functionOf(model, route.functionId),
    consumer: functionOf(model, source.functionId),
    deadLetterQueue: single(
      model.queues.filter(({ arn }) => arn === queue.deadLetterTargetArn),
      'dead-letter queue',
    ),
    ledgerTableName: single(model.tables, 'table').TableName ?? '',
    signingSecretArn: single(model.secrets, 'secret').arn,
    alertTopicArn: single(model.topics, 'topic').arn,
  };
}

function functionOf(model: StackModel, logicalId: string): FunctionModel {
  return single(
    model.functions.filter((candidate) => candidate.logicalId === logicalId),
    `function ${logicalId}`,
  );
}

function single<T>(candidates: readonly T[], what: string): T {
  const [first, ...others] = candidates;
  if (first === undefined) throw new LocalError(`the template has no ${what}`);
  if (others.length > 0) throw new LocalError(`the template has more than one ${what}`);
  return first;
}
