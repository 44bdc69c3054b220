import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { LEDGER_KEY } from '../contract/ledger-table.ts';
import { clientOptions, withoutCallLogging } from '../runtime/client-options.ts';

/** No event has it: an id holds no dot. */
const NO_EVENT = '.prime';
const PRIMING_MS = 1_000;

export function createLedgerClient(): DynamoDBClient {
  return withoutCallLogging(
    new DynamoDBClient({
      ...clientOptions({ connectTimeoutMs: 1_000, requestTimeoutMs: 1_500, maxAttempts: 2 }),
      // The steps of a call are put together once for each command, not at each call.
      cacheMiddleware: true,
    }),
  );
}

/**
 * Reads an item that is not there, for half a read unit: the first call of a client opens its connection and compiles
 * the SDK's code, which Lambda gives a whole core for while a function loads. Whatever comes of it, the function loads.
 */
export async function primeLedgerClient(
  client: DynamoDBClient | undefined,
  TableName: string | undefined,
): Promise<void> {
  if (client === undefined || TableName === undefined) return;
  const done = new AbortController();
  const read = client.send(new GetItemCommand({ TableName, Key: { [LEDGER_KEY]: { S: NO_EVENT } } }));
  await Promise.race([
    read.then(
      () => undefined,
      () => undefined,
    ),
    delay(PRIMING_MS, undefined, { signal: done.signal }).catch(() => undefined),
  ]);
  done.abort();
}
