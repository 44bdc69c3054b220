import { createHash, randomUUID } from 'node:crypto';
import {
  DeleteMessageBatchCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import type { Failure } from '../../../lambdas/contract/failure.ts';
import { MessageAttribute } from '../../../lambdas/contract/message.ts';
import { DynamoDbLedger } from '../../../lambdas/ledger/dynamodb-ledger.ts';
import type { Claim, EventFacts } from '../../../lambdas/ledger/ledger.ts';
import { ledgerTableOf } from '../../../lambdas/ledger/ledger-table.ts';
import { inParallel } from '../../../lambdas/runtime/in-parallel.ts';
import { LOCAL_CREDENTIALS } from '../../../local/identity.ts';
import { localClients } from '../../../operator/core/clients.ts';
import { type QueueDepth, readQueueDepth } from '../../../operator/core/queue-depth.ts';
import { closeTarget, type Target } from '../../../operator/core/target.ts';
import { inChunks } from '../../../operator/dead-letters/in-parallel.ts';
import type { TestEngines } from '../../support/engines.ts';

const REFUSING = 'http://127.0.0.1:1';
const LEASE_MS = 40_000;

export const never = new AbortController().signal;

export interface NewLetter {
  readonly eventId?: string;
  readonly body?: string;
  readonly group?: string;
  /** Text of the attribute, or a failure that is written as JSON; absent without one. */
  readonly failure?: Failure | string;
  readonly attributes?: Readonly<Record<string, MessageAttributeValue>>;
}

/** A pair of queues and a ledger of their own, as a command sees them. */
export interface Rig {
  readonly target: Target;
  readonly ledger: DynamoDbLedger;
  /** The same target over other endpoints, or of another kind; closed with the rig. */
  variant(change: {
    readonly sqs?: string;
    readonly dynamoDb?: string;
    readonly kind?: Target['kind'];
  }): Target;
  putLetters(letters: readonly NewLetter[]): Promise<void>;
  depth(queue: 'main' | 'dead'): Promise<QueueDepth>;
  /** Receives and deletes all that is visible. */
  drain(queue: 'main' | 'dead'): Promise<readonly Message[]>;
  /** Claims the event and dead-letters it, as the consumer would. */
  recordDeadLettered(event: EventFacts, options?: RecordOptions): Promise<void>;
  recordCompleted(event: EventFacts, handlers: readonly string[], nowMs?: number): Promise<void>;
  claim(event: EventFacts, nowMs?: number): Promise<Claim>;
  close(): void;
}

export interface RecordOptions {
  readonly completed?: readonly string[];
  readonly someStillRunning?: boolean;
  readonly nowMs?: number;
}

export async function createRig(engines: TestEngines): Promise<Rig> {
  const queues = await engines.createQueuePair();
  const ledgerTableName = await engines.createLedgerTable();
  const open: Target[] = [];
  const targetOver = (sqs: string, dynamoDb: string, kind: Target['kind']): Target => {
    const target: Target = {
      kind,
      name: 'the test',
      flag: '--local',
      webhookUrl: `${REFUSING}/webhooks`,
      queueUrl: queues.queueUrl,
      deadLetterQueueUrl: queues.deadLetterQueueUrl,
      ledgerTableName,
      signingSecretId: 'secret',
      alertTopicArn: 'arn:aws:sns:us-east-1:000000000000:alerts',
      handlers: 'unknown',
      sourceSecrets: {},
      clients: localClients(
        {
          sqs,
          dynamoDb,
          secretsManager: REFUSING,
          sns: REFUSING,
          lambda: REFUSING,
          cloudWatch: REFUSING,
        },
        LOCAL_CREDENTIALS,
      ),
    };
    // The client follows the queue's own URL, which would lead past a proxy.
    target.clients.sqs.middlewareStack.add(
      (next) => (args) => {
        const { request } = args as { request?: { hostname: string; port?: number } };
        if (request !== undefined) Object.assign(request, { port: Number(new URL(sqs).port) });
        return next(args);
      },
      { step: 'finalizeRequest', priority: 'low', name: 'toTheEndpoint' },
    );
    open.push(target);
    return target;
  };
  const target = targetOver(engines.sqsEndpoint, engines.dynamoDbEndpoint, 'local');
  const ledger = new DynamoDbLedger({
    table: ledgerTableOf(engines.dynamoDb),
    tableName: ledgerTableName,
    retentionDays: 100,
  });
  const urlOf = (queue: 'main' | 'dead') => (queue === 'main' ? queues.queueUrl : queues.deadLetterQueueUrl);

  const claim = async (event: EventFacts, nowMs = Date.now()): Promise<Claim> => {
    const wanted = {
      eventId: event.eventId,
      owner: randomUUID(),
      leaseExpiresAtMs: nowMs + LEASE_MS,
      alone: true,
    };
    const { outcome } = await ledger.claim(event, wanted, nowMs);
    if (outcome !== 'claimed') throw new Error(`not claimed: ${outcome}`);
    return wanted;
  };
  const states = (names: readonly string[], nowMs: number) =>
    Object.fromEntries(names.map((name) => [name, nowMs]));

  return {
    target,
    ledger,
    variant: ({ sqs = engines.sqsEndpoint, dynamoDb = engines.dynamoDbEndpoint, kind = 'local' }) =>
      targetOver(sqs, dynamoDb, kind),
    async putLetters(letters) {
      await inParallel(inChunks(letters, 10), 4, async (chunk) => {
        const { Failed = [] } = await engines.sqs.send(
          new SendMessageBatchCommand({
            QueueUrl: queues.deadLetterQueueUrl,
            Entries: chunk.map((letter, index) => ({ Id: String(index), ...messageOf(letter) })),
          }),
        );
        if (Failed.length > 0) throw new Error(JSON.stringify(Failed));
      });
    },
    depth: (queue) => readQueueDepth(target, urlOf(queue), never),
    async drain(queue) {
      const all: Message[] = [];
      const QueueUrl = urlOf(queue);
      const drainer = async (): Promise<void> => {
        const { Messages = [] } = await engines.sqs.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: 10,
            MessageAttributeNames: ['All'],
            MessageSystemAttributeNames: ['All'],
          }),
        );
        if (Messages.length === 0) return;
        all.push(...Messages);
        const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
        await engines.sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
        await drainer();
      };
      await Promise.all([drainer(), drainer(), drainer(), drainer()]);
      return all;
    },
    claim,
    async recordDeadLettered(event, { completed = [], someStillRunning = false, nowMs = Date.now() } = {}) {
      const held = await claim(event, nowMs);
      const failures = [
        { attempt: 1, at_ms: nowMs, handler: 'backfill', error: 'TypeError', message: 'x', retryable: true },
      ];
      const outcome = { completed: states(completed, nowMs), failedForGood: {}, failures, attempts: 1 };
      await ledger.failForGood(held, outcome, 'attempts-exhausted', nowMs);
      await ledger.releaseDeadLetter(
        held,
        {
          forgottenHandlers: [],
          someStillRunning,
          letter: { atMs: nowMs - 5_000, signedAtSeconds: 0, receivedAtMs: 0 },
        },
        nowMs,
      );
    },
    async recordCompleted(event, handlers, nowMs = Date.now()) {
      const held = await claim(event, nowMs);
      const outcome = { completed: states(handlers, nowMs), failedForGood: {}, failures: [], attempts: 1 };
      await ledger.complete(held, outcome, nowMs);
    },
    close() {
      for (const each of open) closeTarget(each);
    },
  };
}

export const syncBody = (runId: string, customerId = 'customer-1') =>
  JSON.stringify({
    webhook_event_type: 'sync.complete',
    type: 'object',
    run_id: runId,
    connection_id: 'connection-1',
    customer_id: customerId,
    provider_name: 'hubspot',
    result: 'SUCCESS',
    object_type: 'common',
    object: 'contact',
  });

export const sha256 = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex');

export function factsOf(eventId: string, body: string, eventType = 'sync.complete'): EventFacts {
  return {
    eventId,
    bodySha256: sha256(body),
    eventType,
    receivedAtMs: Date.now() - 1_000,
    sentAtMs: Date.now() - 900,
    signedAtSeconds: 1,
  };
}

export const failureOf = (overrides: Partial<Failure> = {}): Failure => ({
  reason: 'attempts-exhausted',
  message: 'all 12 attempts failed',
  handlers: [
    {
      handler: 'backfill',
      error: 'TypeError',
      message: 'no such customer',
      retryable: true,
      stack:
        'at async backfill (/app/handlers/backfill.ts:12:9)\nat async invoke (/lambdas/consumer/attempt.ts:1:1)',
    },
  ],
  attempts: 12,
  firstAttemptAtMs: 1_000,
  failedAtMs: 2_000,
  ...overrides,
});

function messageOf({ eventId, body = syncBody('run-1'), group, failure, attributes }: NewLetter) {
  const text = typeof failure === 'string' || failure === undefined ? failure : JSON.stringify(failure);
  const string = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });
  return {
    MessageBody: body,
    ...(group === undefined ? {} : { MessageGroupId: group }),
    MessageAttributes: {
      ...(eventId === undefined ? {} : { [MessageAttribute.SVIX_ID]: string(eventId) }),
      [MessageAttribute.EVENT_TYPE]: string('sync.complete'),
      ...(text === undefined ? {} : { [MessageAttribute.FAILURE]: string(text) }),
      ...attributes,
    },
  };
}
