import type {
  AttributeValue,
  GetItemCommandInput,
  GetItemCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { LEDGER_KEY, LEDGER_TTL_ATTRIBUTE } from '../contract/ledger-table.ts';
import { isRefusedWrite } from '../runtime/refused-write.ts';

/** Longer than a publish takes at most: a shorter one would let a second event tell the same meanwhile. */
export const ALERT_LEASE_MS = 30_000;
/** How long the count of suppressed alerts waits for the next alert, after the window. */
const KEPT_AFTER_WINDOW_SECONDS = 7 * 24 * 60 * 60;
/** No svix-id holds a `#`: the item never meets an event's record in the same table. */
const KEY_PREFIX = 'alert#';

/**
 * Keeps a flapping sync from alerting again and again. One item for each kind of alert about the same:
 *
 *     nothing ──claim──▶ lease of one event ──confirm──▶ window ──▶ over ──claim──▶ …
 *        ▲──────release──────┘
 *
 * A lease whose event died is over after {@link ALERT_LEASE_MS}, and the next event takes it. Workers compare
 * their own clocks with it; a difference of seconds moves the ends of leases and windows by as much.
 */
export interface AlertWindow {
  claim(key: string, eventId: string, signal: AbortSignal): Promise<AlertClaim>;
  /** Opens the window. @param told - how many suppressed alerts the one that was sent has told of */
  confirm(key: string, eventId: string, told: number, signal: AbortSignal): Promise<void>;
  /** Lets others try at once: what was claimed was not sent. */
  release(key: string, eventId: string, signal: AbortSignal): Promise<void>;
  /** Best effort: an event that runs again after others were counted is counted again. */
  countSuppressed(key: string, eventId: string, signal: AbortSignal): Promise<void>;
}

export type AlertClaim =
  /** Send it. `suppressed`: how many were not, since the last one. */
  | { readonly outcome: 'claimed'; readonly suppressed: number }
  /** This very event has sent it; its completion was not recorded. */
  | { readonly outcome: 'sent' }
  /** Another event has sent the same, and the window lasts. */
  | { readonly outcome: 'quiet'; readonly untilMs: number }
  /** Another event is about to send the same, or died at it. */
  | { readonly outcome: 'busy'; readonly untilMs: number };

/** The two DynamoDB calls that the window makes: the consumer's role allows no others. */
export interface WindowTable {
  updateItem(input: UpdateItemCommandInput, signal: AbortSignal): Promise<UpdateItemCommandOutput>;
  getItem(input: GetItemCommandInput, signal: AbortSignal): Promise<GetItemCommandOutput>;
}

export interface DynamoDbAlertWindowOptions {
  readonly table: WindowTable;
  /** The ledger's. */
  readonly tableName: string;
  readonly windowMs: number;
  /** Wall clock, epoch milliseconds. */
  readonly nowMs: () => number;
}

/** What was sent last keeps nobody quiet any more. */
const NO_WINDOW = '(attribute_not_exists(alerted_until_ms) OR alerted_until_ms <= :now_ms)';
/** Nobody else is sending. An event's own lease, of an attempt that failed or whose answer was lost, is no hindrance. */
const NO_LEASE_OF_ANOTHER =
  '(attribute_not_exists(lease_until_ms) OR lease_until_ms <= :now_ms OR #owner = :event)';
/** A confirmation is applied once, though its answer may be lost and the SDK sends it again. */
const STILL_CLAIMED_BY_US = '#owner = :event AND attribute_exists(lease_until_ms)';
/** The SDK's second try of a count whose answer was lost; an item that expired meanwhile is not brought back. */
const NOT_COUNTED_LAST = `attribute_exists(${LEDGER_KEY}) AND (attribute_not_exists(suppressed_event) OR suppressed_event <> :event)`;

/** The window in the ledger's table: two writes for an alert that is sent, two for one that is not. */
export function createDynamoDbAlertWindow(options: DynamoDbAlertWindowOptions): AlertWindow {
  const { table, windowMs, nowMs } = options;
  const item = (key: string) => ({
    TableName: options.tableName,
    Key: { [LEDGER_KEY]: { S: `${KEY_PREFIX}${key}` } },
  });
  const expiresAt = () => number(Math.ceil((nowMs() + windowMs) / 1000) + KEPT_AFTER_WINDOW_SECONDS);

  /** `applied`, or the item that refused the write. */
  async function write(
    key: string,
    signal: AbortSignal,
    input: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>,
  ) {
    try {
      return { applied: await table.updateItem({ ...item(key), ...input }, signal) };
    } catch (error) {
      if (!isRefusedWrite<Item>(error)) throw error;
      return { refusedBy: error.Item };
    }
  }

  return {
    async claim(key, eventId, signal) {
      const atMs = nowMs();
      const answer = await write(key, signal, {
        UpdateExpression: `SET #owner = :event, lease_until_ms = :lease_until_ms, ${LEDGER_TTL_ATTRIBUTE} = :expires_at`,
        ConditionExpression: `${NO_WINDOW} AND ${NO_LEASE_OF_ANOTHER}`,
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: {
          ':event': { S: eventId },
          ':now_ms': number(atMs),
          ':lease_until_ms': number(atMs + ALERT_LEASE_MS),
          ':expires_at': expiresAt(),
        },
        ReturnValues: 'ALL_NEW',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      if (answer.applied !== undefined) {
        return { outcome: 'claimed', suppressed: numberIn(answer.applied.Attributes, 'suppressed') ?? 0 };
      }
      // DynamoDB returns the item that refused the write; an engine that does not is asked for it.
      const refusedBy =
        answer.refusedBy ?? (await table.getItem({ ...item(key), ConsistentRead: true }, signal)).Item;
      return refusedClaim(refusedBy, eventId, atMs);
    },

    async confirm(key, eventId, told, signal) {
      await write(key, signal, {
        UpdateExpression: `SET alerted_until_ms = :until_ms, ${LEDGER_TTL_ATTRIBUTE} = :expires_at REMOVE lease_until_ms ADD suppressed :minus_told`,
        ConditionExpression: STILL_CLAIMED_BY_US,
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: {
          ':event': { S: eventId },
          ':until_ms': number(nowMs() + windowMs),
          ':expires_at': expiresAt(),
          ':minus_told': number(-told),
        },
      });
    },

    async release(key, eventId, signal) {
      await write(key, signal, {
        UpdateExpression: 'REMOVE lease_until_ms',
        ConditionExpression: STILL_CLAIMED_BY_US,
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':event': { S: eventId } },
      });
    },

    async countSuppressed(key, eventId, signal) {
      await write(key, signal, {
        UpdateExpression: 'SET suppressed_event = :event ADD suppressed :one',
        ConditionExpression: NOT_COUNTED_LAST,
        ExpressionAttributeValues: { ':event': { S: eventId }, ':one': number(1) },
      });
    },
  };
}

type Item = Record<string, AttributeValue>;

function refusedClaim(refusedBy: Item | undefined, eventId: string, atMs: number): AlertClaim {
  const alertedUntilMs = numberIn(refusedBy, 'alerted_until_ms');
  if (alertedUntilMs !== undefined && alertedUntilMs > atMs) {
    return refusedBy?.['owner']?.S === eventId
      ? { outcome: 'sent' }
      : { outcome: 'quiet', untilMs: alertedUntilMs };
  }
  // Read after the refusal and free by now: whoever refused us has just ended. Try again soon.
  return { outcome: 'busy', untilMs: numberIn(refusedBy, 'lease_until_ms') ?? atMs };
}

function number(value: number): AttributeValue.NMember {
  return { N: String(value) };
}

function numberIn(item: Item | undefined, attribute: string): number | undefined {
  const text = item?.[attribute]?.N;
  return text === undefined ? undefined : Number(text);
}
