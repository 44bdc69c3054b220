import { LocalError } from '../local-error.ts';
import type { StackModel } from './stack-model.ts';

export type StackParts = ReturnType<typeof findParts>;

/**
 * The parts of the stack by the roles they play, as its template names them.
 *
 * @throws {LocalError} when a part is missing
 */
export function findParts({
  deployment,
  parts,
  queues,
  functions,
  routes,
  tables,
  eventSources,
}: StackModel) {
  if (eventSources.length === 0) throw new LocalError('the template has no event source mapping');
  if (!tables.some(({ TableName }) => TableName === parts.ledger)) {
    throw new LocalError('the template has no ledger table');
  }
  return {
    route: named(routes, parts.route, 'HTTP API route or function URL'),
    /** The function URL beside an HTTP API. */
    url: parts.url === undefined ? undefined : named(routes, parts.url, 'function URL'),
    /** Of the senders besides Supaglue, where there is a gateway. */
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
