import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { CONTENT_RETENTION_DAYS } from '../contract/reconcile.ts';
import { isRefusedWrite } from '../runtime/refused-write.ts';
import type { LedgerTable } from './dynamodb-ledger.ts';

/** An event that wants to be the one that counts for what it tells. */
export interface ContentClaim {
  readonly key: string;
  readonly happensOnce: boolean;
  readonly eventId: string;
  /** When ingest received it; of a reconciled one when Supaglue's API showed it. Epoch milliseconds. */
  readonly atMs: number;
  /** Of a reconciled event: whatever was received after this has told the same. */
  readonly sinceMs?: number;
}

/** The event that counts for a content key. */
export interface ContentRecord {
  readonly eventId: string;
  readonly atMs: number;
  /** It was reconciled: until then the real event may come late. */
  readonly owedUntilMs?: number;
  /** The real event that came late. */
  readonly late?: string;
}

/** Svix tries for up to 33 h, and SQS delivers within the hour. */
const OWED_MS = 36 * 60 * 60 * 1000;

const text = (S: string): AttributeValue => ({ S });
const number = (value: number): AttributeValue => ({ N: String(value) });

const IS_NEW = 'attribute_not_exists(event_id)';
/** Another change of the same thing, and no reconciled event waits for its real one. */
const IS_LATER = `${IS_NEW} OR (attribute_not_exists(owed_until_ms) AND content_at_ms < :at_ms)`;
const IS_UNTOLD = `${IS_NEW} OR content_at_ms <= :since_ms`;
/** Nobody has changed the record that was read. */
const IS_THE_SAME = 'content_of = :known AND (attribute_not_exists(late) OR late = :late)';

/** The write was refused, and by the time it was explained the item had changed. */
class ContentRaceError extends Error {
  override readonly name = 'ContentRaceError';
  readonly code = 'content-race';
}

/**
 * Which event counts for what a content key names: the first to come, real or reconciled. One conditional write an
 * event; a second one only where a reconciled event was before it.
 */
export class Contents {
  readonly #table: LedgerTable;
  readonly #tableName: string;

  constructor(table: LedgerTable, tableName: string) {
    this.#table = table;
    this.#tableName = tableName;
  }

  /** @returns the id of the event that counts in place of this one; `undefined`: this one does */
  async holderOf(claim: ContentClaim, nowMs: number): Promise<string | undefined> {
    const condition = claim.happensOnce ? IS_NEW : claim.sinceMs === undefined ? IS_LATER : IS_UNTOLD;
    if (await this.#take(claim, condition, {}, nowMs)) return undefined;
    const known = await this.read(claim.key);
    if (known === undefined) throw new ContentRaceError(`the record of ${claim.key} is gone`);
    if (known.eventId === claim.eventId) return undefined;
    if (claim.happensOnce || claim.sinceMs !== undefined || known.late === claim.eventId)
      return known.eventId;
    // A change was told before, later than this one by our clock: this one runs as well.
    if (known.owedUntilMs === undefined) return undefined;
    const isLate = known.late === undefined && claim.atMs <= known.owedUntilMs;
    const guard = {
      ':known': text(known.eventId),
      ':late': text(isLate ? claim.eventId : (known.late ?? '-')),
    };
    const written = isLate
      ? await this.#update(
          claim.key,
          { UpdateExpression: 'SET late = :late', ConditionExpression: IS_THE_SAME },
          guard,
        )
      : await this.#take(claim, IS_THE_SAME, guard, nowMs);
    if (!written) throw new ContentRaceError(`two events tell of ${claim.key} at once`);
    return isLate ? known.eventId : undefined;
  }

  /** Consistent read. */
  async read(key: string): Promise<ContentRecord | undefined> {
    const { Item } = await this.#table.getItem({
      TableName: this.#tableName,
      Key: { event_id: text(key) },
      ConsistentRead: true,
    });
    if (Item === undefined) return undefined;
    const { content_of, content_at_ms, owed_until_ms, late } = Item;
    return {
      eventId: content_of?.S ?? '',
      atMs: Number(content_at_ms?.N),
      ...(owed_until_ms?.N === undefined ? {} : { owedUntilMs: Number(owed_until_ms.N) }),
      ...(late?.S === undefined ? {} : { late: late.S }),
    };
  }

  #take(claim: ContentClaim, condition: string, guard: Record<string, AttributeValue>, nowMs: number) {
    const { key, happensOnce, eventId, atMs, sinceMs } = claim;
    const isOwed = sinceMs !== undefined && !happensOnce;
    const set = 'SET content_of = :me, content_at_ms = :at_ms, expires_at = :expires_at';
    const values = {
      ':me': text(eventId),
      ':at_ms': number(atMs),
      ':expires_at': number(Math.ceil(nowMs / 1000) + CONTENT_RETENTION_DAYS * 86_400),
      ...(isOwed ? { ':owed_until_ms': number(nowMs + OWED_MS) } : {}),
      ...(condition === IS_UNTOLD ? { ':since_ms': number(sinceMs ?? 0) } : {}),
      ...guard,
    };
    const UpdateExpression = isOwed
      ? `${set}, owed_until_ms = :owed_until_ms REMOVE late`
      : `${set} REMOVE owed_until_ms, late`;
    return this.#update(key, { UpdateExpression, ConditionExpression: condition }, values);
  }

  /** @returns whether it was written */
  async #update(
    key: string,
    update: Pick<UpdateItemCommandInput, 'UpdateExpression' | 'ConditionExpression'>,
    ExpressionAttributeValues: Record<string, AttributeValue>,
  ): Promise<boolean> {
    try {
      await this.#table.updateItem({
        ...update,
        TableName: this.#tableName,
        Key: { event_id: text(key) },
        ExpressionAttributeValues,
      });
      return true;
    } catch (error) {
      if (isRefusedWrite(error)) return false;
      throw error;
    }
  }
}
