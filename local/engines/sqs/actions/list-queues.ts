import type { ListQueuesRequest, ListQueuesResult } from '@aws-sdk/client-sqs';
import type { Queues } from '../queues.ts';
import type { OnWire } from '../wire.ts';

/** All on one page. */
export function listQueues({ byName }: Queues, { QueueNamePrefix = '' }: OnWire<ListQueuesRequest>) {
  const listed = [...byName.values()].filter(({ name }) => name.startsWith(QueueNamePrefix));
  return { QueueUrls: listed.map(({ url }) => url) } satisfies OnWire<ListQueuesResult>;
}
