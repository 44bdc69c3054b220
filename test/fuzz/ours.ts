import { MessageAttribute } from '../../lambdas/contract/message.ts';
import type { Outcome } from '../../lambdas/ingest/ingest.ts';
import type { QueueMessage } from '../../lambdas/ingest/message.ts';
import { decodeBody } from '../../lambdas/runtime/message-body.ts';
import { httpEvent, lambdaContext, testHandler } from '../ingest/fixtures.ts';
import type { Delivery } from './delivery.ts';
import type { FuzzCase } from './fuzz-case.ts';

export interface OurAnswer {
  readonly outcome: Outcome | undefined;
  readonly status: number | undefined;
  readonly enqueued: readonly EnqueuedEvent[];
}

/** What the queue was given, read back as the consumer does. */
export interface EnqueuedEvent {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly body: Buffer;
}

/** The function as it is deployed, but for a queue that takes everything, a secret at hand and the case's clock. */
export async function askOurs(given: FuzzCase, delivery: Delivery): Promise<OurAnswer> {
  const enqueued: EnqueuedEvent[] = [];
  const { handle, outcomes } = testHandler({
    nowMs: () => given.nowMs,
    fetchSecret: async () => given.storedSecret,
    enqueue: async (message) => {
      enqueued.push(readBack(message));
    },
  });
  const { headers, body, isBase64Encoded } = delivery;
  const { statusCode } = await handle(httpEvent({ headers, body, binary: isBase64Encoded }), lambdaContext());
  return { outcome: outcomes[0], status: statusCode, enqueued };
}

function readBack({ MessageBody = '', MessageAttributes = {} }: QueueMessage): EnqueuedEvent {
  const attribute = (name: string) => MessageAttributes[name]?.StringValue;
  return {
    id: attribute(MessageAttribute.SVIX_ID),
    timestamp: attribute(MessageAttribute.SVIX_TIMESTAMP),
    body: decodeBody(MessageBody, attribute(MessageAttribute.BODY_ENCODING)),
  };
}
