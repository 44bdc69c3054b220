import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { processBatch } from '../../lambdas/consumer/batch.ts';
import { createHolderOf } from '../../lambdas/consumer/content.ts';
import type { ConsumerDependencies } from '../../lambdas/consumer/dependencies.ts';
import { createSqsQueue } from '../../lambdas/consumer/sqs-queue.ts';
import type { Failure } from '../../lambdas/contract/failure.ts';
import { MessageAttribute } from '../../lambdas/contract/message.ts';
import { DynamoDbLedger, type LedgerTable } from '../../lambdas/ledger/dynamodb-ledger.ts';
import { ledgerTableOf } from '../../lambdas/ledger/ledger-table.ts';
import type { EventRoutes } from '../../lambdas/router/handler.ts';
import { EventRouter } from '../../lambdas/router/index.ts';
import { toRecord } from '../../local/poller/sqs-event.ts';
import { RETRY_POLICY } from './retry-policy.ts';
import type { QueuePair, TestEnvironment } from './test-resources.ts';
import { VirtualClock } from './virtual-clock.ts';

export const FUNCTION_TIMEOUT_MS = 35_000;

export interface Counted {
  readonly name: string;
  readonly reason?: string;
}

/** The consumer's production code on real engines; only clock, chance and the receiving loop are the test's. */
export interface ConsumerHarness {
  readonly clock: VirtualClock;
  readonly queues: QueuePair;
  readonly tableName: string;
  readonly dependencies: ConsumerDependencies;
  readonly counted: Counted[];
  /** Log lines: level, message and keys. */
  readonly lines: { readonly level: string; readonly message: string; readonly keys: unknown }[];
  /** Names of the SDK commands sent to SQS by the consumer, and their inputs. */
  readonly sqsCalls: { readonly name: string; readonly input: Record<string, unknown> }[];
  /** Wraps the table's calls, to lose answers or refuse them. */
  breakTable(wrap: (table: LedgerTable) => LedgerTable): void;
  send(eventId: string | undefined, body: string, attributes?: Record<string, string>): Promise<void>;
  /** Receives what is visible, as the event source mapping would. */
  receive(): Promise<SQSRecord[]>;
  /** Runs one batch and deletes what it acknowledged; returns the ids that were returned. */
  run(records: readonly SQSRecord[]): Promise<string[]>;
  deadLetters(): Promise<{ readonly message: Message; readonly failure: Failure }[]>;
  /** Messages on the main queue, visible or not. */
  depth(): Promise<number>;
}

export interface HarnessOptions {
  readonly routes?: EventRoutes;
  readonly policy?: Partial<ConsumerDependencies['policy']>;
  /** Events that tell the same run their handlers once, as where Supaglue is compared with what it told. */
  readonly reconciles?: boolean;
}

export async function createConsumerHarness(
  engines: TestEnvironment,
  { routes = new EventRouter(), policy = {}, reconciles = false }: HarnessOptions = {},
): Promise<ConsumerHarness> {
  const clock = new VirtualClock(Date.now());
  const queues = await engines.createQueuePair();
  const tableName = await engines.createLedgerTable();
  const counted: Counted[] = [];
  const lines: ConsumerHarness['lines'] = [];
  const sqsCalls: ConsumerHarness['sqsCalls'] = [];
  let owners = 0;

  const { sqs, dynamoDb } = engines;
  const recordingSqs: typeof sqs = Object.create(sqs, {
    send: {
      value: (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
        sqsCalls.push({ name: command.constructor.name, input: command.input });
        return sqs.send(command as never);
      },
    },
  });
  let table = ledgerTableOf(dynamoDb);
  const log = (level: string) => (message: string, keys?: unknown) => {
    lines.push({ level, message, keys });
  };
  const count = (name: string) => () => {
    counted.push({ name });
  };

  const breakable: LedgerTable = {
    updateItem: (input) => table.updateItem(input),
    getItem: (input) => table.getItem(input),
  };
  const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
  const dependencies: ConsumerDependencies = {
    ledger: new DynamoDbLedger({ table: breakable, tableName, retentionDays: 100 }),
    ...(reconciles && { holderOf: createHolderOf(breakable, tableName, { clock, logger }) }),
    routes,
    queue: createSqsQueue({ client: recordingSqs, ...queues }),
    policy: { ...RETRY_POLICY, ...policy },
    clock,
    random: () => 0.5,
    newOwner: () => `owner-${++owners}`,
    metrics: {
      processed: count('processed'),
      duplicate: count('duplicate'),
      deferred: count('deferred'),
      retried: count('retried'),
      unhandled: count('unhandled'),
      attemptAbandoned: count('attemptAbandoned'),
      reconciled: count('reconciled'),
      deadLettered: (reason) => {
        counted.push({ name: 'deadLettered', reason });
      },
    },
    logger,
  };

  return {
    clock,
    queues,
    tableName,
    dependencies,
    counted,
    lines,
    sqsCalls,
    breakTable(wrap) {
      table = wrap(table);
    },
    async send(eventId, body, attributes = {}) {
      const all = {
        ...(eventId === undefined ? {} : { [MessageAttribute.SVIX_ID]: eventId }),
        ...attributes,
      };
      await sqs.send(
        new SendMessageCommand({
          QueueUrl: queues.queueUrl,
          MessageBody: body,
          MessageGroupId: 'customer-1',
          MessageAttributes: Object.fromEntries(
            Object.entries(all).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
          ),
        }),
      );
    },
    async receive() {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queues.queueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
          WaitTimeSeconds: 1,
        }),
      );
      return Messages.map((message) => toRecord(message, queues.queueArn));
    },
    async run(records) {
      const answer = await processBatch(
        { Records: [...records] },
        { deadlineMs: clock.nowMs() + FUNCTION_TIMEOUT_MS },
        dependencies,
      );
      const returned = answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
      for (const record of records.filter(({ messageId }) => !returned.includes(messageId))) {
        await sqs.send(
          new DeleteMessageCommand({ QueueUrl: queues.queueUrl, ReceiptHandle: record.receiptHandle }),
        );
      }
      return returned;
    },
    async deadLetters() {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: queues.deadLetterQueueUrl,
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
          MessageSystemAttributeNames: ['All'],
        }),
      );
      return Messages.map((message) => ({
        message,
        failure: JSON.parse(message.MessageAttributes?.[MessageAttribute.FAILURE]?.StringValue ?? 'null'),
      }));
    },
    async depth() {
      const { Attributes = {} } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: queues.queueUrl, AttributeNames: ['All'] }),
      );
      return (
        Number(Attributes['ApproximateNumberOfMessages']) +
        Number(Attributes['ApproximateNumberOfMessagesNotVisible'])
      );
    },
  };
}

/** The same message, delivered once more. */
export function redelivered(record: SQSRecord, receiveCount?: number): SQSRecord {
  const count = receiveCount ?? Number(record.attributes.ApproximateReceiveCount) + 1;
  return { ...record, attributes: { ...record.attributes, ApproximateReceiveCount: String(count) } };
}
