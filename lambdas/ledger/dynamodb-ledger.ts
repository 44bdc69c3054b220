import type {
  AttributeValue,
  GetItemCommandInput,
  GetItemCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { convertToAttr } from '@aws-sdk/util-dynamodb';
import type { FailureReason } from '../contract/failure.ts';
import { isRefusedWrite } from '../runtime/refused-write.ts';
import { claimedResult, refusedResult } from './claim-result.ts';
import { failureBucket } from './failure-bucket.ts';
import type {
  AttemptOutcome,
  Claim,
  ClaimResult,
  EventFacts,
  Ledger,
  Release,
  WriteResult,
} from './ledger.ts';
import { EventStatus, type HandlerState, type LedgerRecord, parseRecord } from './record.ts';
import {
  claimUpdate,
  completeUpdate,
  completionUpdate,
  failForGoodUpdate,
  failRetryableUpdate,
  giveBackUpdate,
  releaseAfterLeaseUpdate,
  releaseUpdate,
  spendUpdate,
  type UpdateTemplate,
  unhandledUpdate,
  withdrawUpdate,
} from './update-expressions.ts';

/** The two DynamoDB calls that the ledger makes. */
export interface LedgerTable {
  updateItem(input: UpdateItemCommandInput): Promise<UpdateItemCommandOutput>;
  getItem(input: GetItemCommandInput): Promise<GetItemCommandOutput>;
}

export interface DynamoDbLedgerOptions {
  readonly table: LedgerTable;
  readonly tableName: string;
  /** How long a record is kept after its last write, in days. */
  readonly retentionDays: number;
}

type Item = Record<string, AttributeValue>;
type Refusal = { readonly refused: true; readonly item: Item | undefined };

const DAY_SECONDS = 86_400;
/** `marshall` looks at each value's type; on the path of every event the types are known. */
const text = (S: string): AttributeValue => ({ S });
const number = (value: number): AttributeValue => ({ N: String(value) });
const nested = (value: unknown): AttributeValue => convertToAttr(value, { removeUndefinedValues: true });

const STATUS_VALUES = {
  ':in_progress': text(EventStatus.IN_PROGRESS),
  ':failed': text(EventStatus.FAILED),
} as const;
const COMPLETED = { ':completed': text(EventStatus.COMPLETED) } as const;
const NO_HANDLERS: AttributeValue = { M: {} };
const ZERO = number(0);
const MINUS_ONE = number(-1);
const ONE = number(1);

/** The ledger on DynamoDB: two UpdateItem calls per event with one handler, conditions as `conditions.ts` names them. */
export class DynamoDbLedger implements Ledger {
  readonly #options: DynamoDbLedgerOptions;

  constructor(options: DynamoDbLedgerOptions) {
    this.#options = options;
  }

  async claim(event: EventFacts, claim: Claim, nowMs: number): Promise<ClaimResult> {
    const answer = await this.#update(event.eventId, claimUpdate(presentIn(event)), {
      ...this.#eventValues(event, claim, nowMs),
      ...STATUS_VALUES,
      ':lease_expires_at_ms': number(claim.leaseExpiresAtMs),
      ':zero': ZERO,
      ':one': ONE,
      ':spent': claim.alone ? ONE : ZERO,
    });
    return 'refused' in answer
      ? refusedResult(await this.#refusing(answer, event.eventId), event, claim, nowMs)
      : claimedResult(answer.Attributes, event, claim, nowMs, EventStatus.IN_PROGRESS);
  }

  async completeUnhandled(event: EventFacts, claim: Claim, nowMs: number): Promise<ClaimResult> {
    const answer = await this.#update(event.eventId, unhandledUpdate(presentIn(event)), {
      ...this.#eventValues(event, claim, nowMs),
      ...STATUS_VALUES,
      ...COMPLETED,
    });
    return 'refused' in answer
      ? refusedResult(await this.#refusing(answer, event.eventId), event, claim, nowMs)
      : claimedResult(answer.Attributes, event, claim, nowMs, EventStatus.COMPLETED);
  }

  recordCompletion(claim: Claim, handler: string, completedAtMs: number, nowMs: number) {
    return this.#write(claim, completionUpdate(1), nowMs, { [handler]: completedAtMs }, {});
  }

  async complete(claim: Claim, outcome: AttemptOutcome, nowMs: number): Promise<WriteResult> {
    const { completed: states, notes = {}, failures, wasPutBack = false, sameContentAs } = outcome;
    const values: Item = {
      ...COMPLETED,
      ...(Object.keys(notes).length > 0 ? { ':notes': nested(notes) } : {}),
      ...(sameContentAs === undefined ? {} : { ':same_content_as': text(sameContentAs) }),
      // A stack is for whoever mends what fails.
      ...(failures.some(({ stack }) => stack !== undefined)
        ? { ':failures': nested(failures.map(({ stack: _, ...failure }) => failure)) }
        : {}),
    };
    const template = completeUpdate({
      handlerCount: Object.keys(states).length,
      sets: (['notes', 'failures', 'same_content_as'] as const).filter((name) => `:${name}` in values),
      keepsAttempts: wasPutBack,
    });
    const written = await this.#write(claim, template, nowMs, states, values);
    if (written === 'written') return written;
    // The token went with the first request, whose answer was lost: the time tells that it was ours.
    const record = await this.read(claim.eventId);
    const isOurs = record?.status === EventStatus.COMPLETED && record.completed_at_ms === nowMs;
    return isOurs ? 'written' : 'lost';
  }

  failRetryable(claim: Claim, outcome: AttemptOutcome, notBeforeMs: number, nowMs: number) {
    const states = { ...outcome.completed, ...outcome.failedForGood };
    return this.#write(claim, failRetryableUpdate(Object.keys(states).length), nowMs, states, {
      ...failureValues(claim.eventId, 'RETRYING', outcome),
      ':not_before_ms': number(notBeforeMs),
    });
  }

  failForGood(claim: Claim, outcome: AttemptOutcome, reason: FailureReason, nowMs: number) {
    const states = { ...outcome.completed, ...outcome.failedForGood };
    return this.#write(claim, failForGoodUpdate(Object.keys(states).length), nowMs, states, {
      ...failureValues(claim.eventId, 'DEAD', outcome),
      ':not_before_ms': number(claim.leaseExpiresAtMs),
      ':dead_letter_reason': text(reason),
    });
  }

  releaseDeadLetter(claim: Claim, { forgottenHandlers, someStillRunning, letter }: Release, nowMs: number) {
    const template = (someStillRunning ? releaseAfterLeaseUpdate : releaseUpdate)(forgottenHandlers.length);
    const ExpressionAttributeNames = {
      ...template.ExpressionAttributeNames,
      ...Object.fromEntries(forgottenHandlers.map((handler, index) => [`#h${index}`, handler])),
    };
    const values = {
      ':zero': ZERO,
      ':lettered_at_ms': number(letter.atMs),
      ':lettered_signed_at_seconds': number(letter.signedAtSeconds),
      ':lettered_received_at_ms': number(letter.receivedAtMs),
    };
    return this.#write(claim, { ...template, ExpressionAttributeNames }, nowMs, {}, values);
  }

  spendAttempt(claim: Claim, attempts: number, nowMs: number) {
    return this.#write(claim, spendUpdate, nowMs, {}, { ':attempts': number(attempts) });
  }

  giveBackAttempt(claim: Claim, attempts: number, nowMs: number) {
    const values = { ':attempts': number(attempts), ':minus_one': MINUS_ONE };
    return this.#write(claim, giveBackUpdate, nowMs, {}, values);
  }

  withdrawClaim(claim: Claim, nowMs: number) {
    return this.#write(
      claim,
      withdrawUpdate,
      nowMs,
      {},
      {
        ':in_progress': STATUS_VALUES[':in_progress'],
        ':lease_expires_at_ms': number(claim.leaseExpiresAtMs),
        ':minus_one': MINUS_ONE,
        ':minus_spent': claim.alone ? MINUS_ONE : ZERO,
      },
    );
  }

  async read(eventId: string): Promise<LedgerRecord | undefined> {
    const { Item } = await this.#options.table.getItem({
      TableName: this.#options.tableName,
      Key: { event_id: { S: eventId } },
      ConsistentRead: true,
    });
    return Item === undefined ? undefined : parseRecord(Item);
  }

  /** A write after the claim: refused when another attempt holds the event. */
  async #write(
    claim: Claim,
    template: UpdateTemplate,
    nowMs: number,
    states: Readonly<Record<string, HandlerState>>,
    values: Readonly<Item>,
  ): Promise<WriteResult> {
    const names: Record<string, string> = { ...template.ExpressionAttributeNames };
    const bound: Item = {
      ':owner': text(claim.owner),
      ':now_ms': number(nowMs),
      ':expires_at': number(this.#expiresAt(nowMs)),
      ...values,
    };
    Object.entries(states).forEach(([handler, state], index) => {
      names[`#h${index}`] = handler;
      bound[`:h${index}`] = typeof state === 'number' ? number(state) : nested(state);
    });
    const answer = await this.#update(claim.eventId, { ...template, ExpressionAttributeNames: names }, bound);
    return 'refused' in answer ? 'lost' : 'written';
  }

  async #update(eventId: string, template: UpdateTemplate, values: Item) {
    try {
      return await this.#options.table.updateItem({
        ...template,
        TableName: this.#options.tableName,
        Key: { event_id: { S: eventId } },
        ExpressionAttributeValues: values,
      });
    } catch (error) {
      if (isRefusedWrite<Item>(error)) return { refused: true, item: error.Item } satisfies Refusal;
      throw error;
    }
  }

  /** DynamoDB returns the item that refused the write; an engine that does not is asked for it, consistently. */
  async #refusing(refusal: Refusal, eventId: string): Promise<LedgerRecord | undefined> {
    return refusal.item === undefined ? this.read(eventId) : parseRecord(refusal.item);
  }

  #eventValues(event: EventFacts, claim: Claim, nowMs: number): Item {
    const { customerId, connectionId, providerName } = event;
    return {
      ':owner': text(claim.owner),
      ':body_sha256': text(event.bodySha256),
      ':event_type': text(event.eventType),
      ':no_handlers': NO_HANDLERS,
      ':received_at_ms': number(event.receivedAtMs),
      ':sent_at_ms': number(event.sentAtMs),
      ':signed_at_seconds': number(event.signedAtSeconds),
      ':now_ms': number(nowMs),
      ':expires_at': number(this.#expiresAt(nowMs)),
      ...(customerId === undefined ? {} : { ':customer_id': text(customerId) }),
      ...(connectionId === undefined ? {} : { ':connection_id': text(connectionId) }),
      ...(providerName === undefined ? {} : { ':provider_name': text(providerName) }),
    };
  }

  #expiresAt(nowMs: number): number {
    return Math.ceil(nowMs / 1000) + this.#options.retentionDays * DAY_SECONDS;
  }
}

function presentIn(event: EventFacts): ReadonlySet<string> {
  const present = new Set<string>();
  if (event.customerId !== undefined) present.add('customer_id');
  if (event.connectionId !== undefined) present.add('connection_id');
  if (event.providerName !== undefined) present.add('provider_name');
  return present;
}

function failureValues(eventId: string, state: 'RETRYING' | 'DEAD', outcome: AttemptOutcome) {
  return {
    ':failed': STATUS_VALUES[':failed'],
    ':failures': nested(outcome.failures),
    ':attempts': number(outcome.attempts),
    ':failure_bucket': text(failureBucket(eventId, state)),
  };
}
