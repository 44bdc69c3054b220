import { LocalError } from '../local-error.ts';
import type { FunctionModel, QueueModel, RouteModel, StackModel } from './stack-model.ts';

/** The parts of the stack by the roles they play, as its template names them. */
export interface StackParts {
  readonly ingest: FunctionModel;
  readonly consumer: FunctionModel;
  readonly route: RouteModel;
  /** Of the senders besides Supaglue, where there is a gateway. */
  readonly sourceRoutes: readonly RouteModel[];
  /** The function URL beside an HTTP API. */
  readonly url: RouteModel | undefined;
  readonly queue: QueueModel;
  readonly deadLetterQueue: QueueModel;
  readonly ledgerTableName: string;
  readonly signingSecretArn: string;
  readonly alertTopicArn: string;
}

/** @throws {LocalError} when a part is missing. */
export function findParts({
  deployment,
  parts,
  queues,
  functions,
  routes,
  tables,
  eventSources,
}: StackModel): StackParts {
  if (eventSources.length === 0) throw new LocalError('the template has no event source mapping');
  if (!tables.some(({ TableName }) => TableName === parts.ledger)) {
    throw new LocalError('the template has no ledger table');
  }
  return {
    route: named(routes, parts.route, 'HTTP API route or function URL'),
    url: parts.url === undefined ? undefined : named(routes, parts.url, 'function URL'),
    sourceRoutes: Object.values(deployment.sources ?? {}).flatMap(({ route }) =>
      route === undefined ? [] : [named(routes, route, 'HTTP API route')],
    ),
    queue: named(queues, parts.queue, 'queue'),
    ingest: named(functions, parts.ingest, 'ingest function'),
    consumer: named(functions, parts.consumer, 'consumer function'),
    deadLetterQueue: named(queues, parts.deadLetterQueue, 'dead-letter queue'),
    ledgerTableName: parts.ledger,
    signingSecretArn: parts.signingSecret,
    alertTopicArn: parts.alertTopic,
  };
}

function named<T extends { readonly logicalId: string }>(all: readonly T[], id: string, what: string): T {
  const found = all.find(({ logicalId }) => logicalId === id);
  if (found === undefined) throw new LocalError(`the template has no ${what}`);
  return found;
}
