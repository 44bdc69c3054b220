import {
  type AttributeValue,
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { LEDGER_KEY } from '../../lambdas/contract/ledger-table.ts';
import { type LedgerRecord, parseRecord } from '../../lambdas/ledger/record.ts';
import { inParallel } from '../../lambdas/runtime/in-parallel.ts';
import { CommandError } from '../core/command-error.ts';
import type { Target } from '../core/target.ts';
import { Pace } from '../core/wait.ts';
import { inChunks } from './in-parallel.ts';

/** DynamoDB takes at most this many keys in a BatchGetItem. */
const BATCH_KEYS = 100;
const PARALLEL_CALLS = 4;
const PAUSE = { firstMs: 50, longestMs: 2_000 };
/** Answers in a row without a single item; with the pauses, about ten seconds. */
const MAX_FRUITLESS_ANSWERS = 10;

type Item = Record<string, AttributeValue>;

/**
 * The ledger's records of these events, read consistently; those without a record are missing.
 *
 * @throws {CommandError} when the table is throttled for long
 */
export async function readRecords(
  target: Target,
  eventIds: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, LedgerRecord>> {
  const records = new Map<string, LedgerRecord>();
  await inParallel(inChunks(eventIds, BATCH_KEYS), PARALLEL_CALLS, async (ids) => {
    for (const item of await readBatch(target, ids, signal)) {
      const record = parseRecord(item);
      records.set(record.event_id, record);
    }
  });
  return records;
}

/** What DynamoDB leaves out (throttled, or over 16 MB together) it names, to be asked for again. */
async function readBatch(target: Target, ids: readonly string[], abortSignal: AbortSignal): Promise<Item[]> {
  const table = target.ledgerTableName;
  const items: Item[] = [];
  const pace = new Pace(PAUSE, abortSignal);
  let fruitless = 0;
  let open: Item[] = ids.map((id) => ({ [LEDGER_KEY]: { S: id } }));
  for (;;) {
    const { Responses = {}, UnprocessedKeys = {} }: BatchGetItemCommandOutput =
      await target.clients.dynamoDb.send(
        new BatchGetItemCommand({ RequestItems: { [table]: { Keys: open, ConsistentRead: true } } }),
        { abortSignal },
      );
    const found = Responses[table] ?? [];
    items.push(...found);
    open = UnprocessedKeys[table]?.Keys ?? [];
    if (open.length === 0) return items;
    fruitless = found.length > 0 ? 0 : fruitless + 1;
    if (fruitless === MAX_FRUITLESS_ANSWERS) {
      throw new CommandError('the ledger does not answer (throttled): try again in a minute');
    }
    if (fruitless === 0) pace.reset();
    await pace.wait(PAUSE.longestMs);
  }
}
