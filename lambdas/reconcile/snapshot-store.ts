import { randomUUID } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { CONTENT_RETENTION_DAYS, SNAPSHOT_KEY } from '../contract/reconcile.ts';
import type { LedgerTable } from '../ledger/dynamodb-ledger.ts';
import { isRefusedWrite } from '../runtime/refused-write.ts';
import { firstSnapshot, type Snapshot } from './snapshot.ts';

/** An item of DynamoDB's holds 400 KB. */
const PART_BYTES = 350 * 1024;

export interface StoredSnapshot {
  readonly snapshot: Snapshot;
  /** Which write it comes of; 0: none yet. */
  readonly revision: number;
}

/**
 * The snapshot, compressed, in one item of the ledger's table; what does not fit lies in parts beside it, under the
 * name of its write. Whoever writes second is refused, and nothing of his is used.
 */
export class SnapshotStore {
  readonly #table: LedgerTable;
  readonly #tableName: string;

  constructor(table: LedgerTable, tableName: string) {
    this.#table = table;
    this.#tableName = tableName;
  }

  async load(nowMs: number): Promise<StoredSnapshot> {
    const head = await this.#item(SNAPSHOT_KEY);
    if (head === undefined) return { snapshot: firstSnapshot(nowMs), revision: 0 };
    const names = Array.from({ length: Number(head['part_count']?.N) - 1 }, (_, index) =>
      partKey(head['written_by']?.S, index + 1),
    );
    const parts = await Promise.all(names.map((name) => this.#item(name)));
    const bytes = Buffer.concat(
      [head, ...parts].map((item) => item?.['snapshot_part']?.B ?? Buffer.alloc(0)),
    );
    const snapshot = JSON.parse(gunzipSync(bytes).toString()) as Snapshot;
    return { snapshot, revision: Number(head['revision']?.N) };
  }

  /** @returns the revision that was written; `undefined` when another run was first */
  async write(snapshot: Snapshot, revision: number, nowMs: number): Promise<number | undefined> {
    const bytes = gzipSync(JSON.stringify(snapshot));
    const me = randomUUID();
    const parts = Array.from({ length: Math.ceil(bytes.length / PART_BYTES) }, (_, index) =>
      bytes.subarray(index * PART_BYTES, (index + 1) * PART_BYTES),
    );
    const expires = {
      ':expires_at': { N: String(Math.ceil(nowMs / 1000) + CONTENT_RETENTION_DAYS * 86_400) },
    };
    const set = (part: Buffer | undefined) => ({ ':part': { B: part ?? Buffer.alloc(0) }, ...expires });
    for (const [index, part] of parts.slice(1).entries()) {
      await this.#table.updateItem({
        TableName: this.#tableName,
        Key: { event_id: { S: partKey(me, index + 1) } },
        UpdateExpression: 'SET snapshot_part = :part, expires_at = :expires_at',
        ExpressionAttributeValues: set(part),
      });
    }
    try {
      await this.#table.updateItem({
        TableName: this.#tableName,
        Key: { event_id: { S: SNAPSHOT_KEY } },
        UpdateExpression:
          'SET snapshot_part = :part, part_count = :parts, written_by = :me, revision = :next, expires_at = :expires_at',
        // It is as it was read, or there is none yet.
        ConditionExpression: revision === 0 ? 'attribute_not_exists(event_id)' : 'revision = :revision',
        ExpressionAttributeValues: {
          ...set(parts[0]),
          ':parts': { N: String(parts.length) },
          ':me': { S: me },
          ':next': { N: String(revision + 1) },
          ...(revision === 0 ? {} : { ':revision': { N: String(revision) } }),
        },
      });
    } catch (error) {
      if (!isRefusedWrite(error)) throw error;
      // Refused by its own effect: the first answer was lost.
      const head = await this.#item(SNAPSHOT_KEY);
      if (head?.['written_by']?.S !== me) return undefined;
    }
    return revision + 1;
  }

  async #item(key: string) {
    const { Item } = await this.#table.getItem({
      TableName: this.#tableName,
      Key: { event_id: { S: key } },
      ConsistentRead: true,
    });
    return Item;
  }
}

function partKey(writtenBy: string | undefined, index: number): string {
  return `${SNAPSHOT_KEY}#${writtenBy}#${index}`;
}
