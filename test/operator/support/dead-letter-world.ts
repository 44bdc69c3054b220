import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Failure } from '../../../lambdas/contract/failure.ts';
import { MessageAttribute } from '../../../lambdas/contract/message.ts';
import { samples } from '../../../lambdas/events/samples.ts';
import type { LedgerRecord } from '../../../lambdas/ledger/record.ts';
import { inParallel } from '../../../lambdas/runtime/in-parallel.ts';
import { EXPORTS_FILE, writeExports } from '../../../local/exports-file.ts';
import { LOCAL_CREDENTIALS } from '../../../local/identity.ts';
import { inChunks } from '../../../operator/dead-letters/in-parallel.ts';
import { runProgram } from '../../../operator/program.ts';
import type { TestEngines } from '../../support/engines.ts';
import { startWireProxy, type WireCall, type WireProxy } from '../../support/wire-proxy.ts';
import { record } from '../records.ts';
import { capturedContext } from './captured-context.ts';
import { type CliResult, runBin, temporaryDirectory } from './cli.ts';

export const FAILED_AT_MS = Date.now() - 240_000;

/** A dead letter as the consumer writes it; everything may be changed. */
export interface LetterSeed {
  readonly eventId?: string;
  readonly body?: string;
  readonly eventType?: string;
  /** `null`: SQS moved it, without a reason. */
  readonly failure?: Partial<Failure> | null;
  readonly attributes?: Readonly<Record<string, MessageAttributeValue>>;
}

/** Queues and a ledger of their own, and a directory whose `.local/env` names them. */
export interface DeadLetterWorld {
  readonly directory: string;
  /** What the command sends to SQS. */
  readonly calls: readonly WireCall[];
  /** Called at each call before SQS gets it; `drop` keeps it from SQS. */
  onCall: (call: WireCall) => 'drop' | undefined;
  seed(letters: readonly LetterSeed[]): Promise<void>;
  /** Receives a dead letter, as another operator's look does, and keeps it. */
  holdOne(): Promise<void>;
  /** The ledger's record of an event whose body is that of `seed`. */
  recordEvent(fields: Partial<LedgerRecord> & { readonly event_id: string }): Promise<void>;
  /** The command as a process of its own. */
  webhooks(
    args: readonly string[],
    onStart?: (kill: (signal: NodeJS.Signals) => void) => void,
  ): Promise<CliResult>;
  /** The same program within this one: quicker, and all but the process itself. */
  inProcess(...args: string[]): Promise<CliResult>;
  depth(queue: QueueName): Promise<{ readonly visible: number; readonly hidden: number }>;
  /** Takes all visible messages off a queue. */
  drain(queue: QueueName): Promise<readonly Message[]>;
  stop(): Promise<void>;
}

/** Enough for several rounds of calls in parallel; `npm run test:long` has as many as a bad day. */
export const manyLetters = () => Number(process.env['TEST_MANY_LETTERS'] ?? 200);

export type QueueName = 'main' | 'dead';

export async function startDeadLetterWorld(engines: TestEngines): Promise<DeadLetterWorld> {
  const directory = await temporaryDirectory();
  let onCall: DeadLetterWorld['onCall'] = () => undefined;
  const proxy = await startWireProxy({
    intercept: (call) => onCall(call) ?? 'forward',
  });
  proxy.forwardTo(engines.sqsEndpoint);
  const [pair, table] = await Promise.all([engines.createQueuePair(), engines.createLedgerTable()]);
  const urls = { main: pair.queueUrl, dead: pair.deadLetterQueueUrl };
  await writeExports(join(directory, EXPORTS_FILE), {
    ...exportsOf(engines, proxy, table),
    QUEUE_URL: throughProxy(urls.main, proxy),
    DEAD_LETTER_QUEUE_URL: throughProxy(urls.dead, proxy),
  });
  const { sqs, dynamoDb } = engines;

  return {
    directory,
    calls: proxy.calls,
    get onCall() {
      return onCall;
    },
    set onCall(next) {
      onCall = next;
    },
    async seed(letters) {
      await inParallel(inChunks(letters, 10), 4, async (chunk) => {
        const Entries = chunk.map((letter, index) => ({ Id: String(index), ...messageOf(letter) }));
        const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: urls.dead, Entries }));
        if (Failed.length > 0) throw new Error(JSON.stringify(Failed));
      });
    },
    async holdOne() {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: urls.dead }));
      if (Messages.length !== 1) throw new Error('there is no letter to hold');
    },
    async recordEvent(fields) {
      const body_sha256 = createHash('sha256').update(BODY).digest('hex');
      const item = record({ status: 'FAILED', attempts: 0, body_sha256, ...fields });
      await dynamoDb.send(
        new PutItemCommand({ TableName: table, Item: marshall(item, { removeUndefinedValues: true }) }),
      );
    },
    webhooks: (args, onStart) =>
      runBin('webhooks.ts', [...args, '--local'], {
        directory,
        ...(onStart === undefined ? {} : { onStart }),
      }),
    async inProcess(...args) {
      const captured = capturedContext({ directory });
      const code = await runProgram([...args, '--local'], captured.context);
      return { code, stdout: captured.stdout(), stderr: captured.stderr() };
    },
    async depth(queue) {
      const { Attributes } = await sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: urls[queue], AttributeNames: ['All'] }),
      );
      return {
        visible: Number(Attributes?.['ApproximateNumberOfMessages']),
        hidden: Number(Attributes?.['ApproximateNumberOfMessagesNotVisible']),
      };
    },
    async drain(queue) {
      const all: Message[] = [];
      for (;;) {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: urls[queue],
            MaxNumberOfMessages: 10,
            MessageAttributeNames: ['All'],
            MessageSystemAttributeNames: ['All'],
          }),
        );
        if (Messages.length === 0) return all;
        all.push(...Messages);
        const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
        await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: urls[queue], Entries }));
      }
    },
    async stop() {
      await proxy.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** `msg_0000` and so on: events of three types, two causes and, each tenth, without a reason. */
export function seeds(count: number): readonly LetterSeed[] {
  const types = ['sync.complete', 'sync.paused', 'connection.deleted'];
  return Array.from({ length: count }, (_, index) => ({
    eventId: `msg_${String(index).padStart(4, '0')}`,
    eventType: types[index % 3] ?? 'unknown',
    failure: index % 10 === 9 ? null : {},
  }));
}

/** The svix-ids of messages, sorted. */
export function eventIds(messages: readonly Message[]): readonly string[] {
  return messages
    .map((message) => message.MessageAttributes?.[MessageAttribute.SVIX_ID]?.StringValue ?? '')
    .sort();
}

/** A signal at the nth call of an operation. */
export function atCall(operation: string, nth: number, act: () => void): DeadLetterWorld['onCall'] {
  let count = 0;
  return (call) => {
    if (call.operation === operation) count += 1;
    if (call.operation === operation && count === nth) act();
    return undefined;
  };
}

function messageOf({
  eventId,
  eventType = 'sync.complete',
  failure = {},
  attributes,
  body = BODY,
}: LetterSeed) {
  const text = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });
  return {
    MessageBody: body,
    MessageGroupId: 'example-customer',
    MessageAttributes: {
      ...(eventId === undefined ? {} : { [MessageAttribute.SVIX_ID]: text(eventId) }),
      [MessageAttribute.EVENT_TYPE]: text(eventType),
      [MessageAttribute.RECEIVED_AT]: text(String(FAILED_AT_MS - 60_000)),
      ...(failure === null
        ? {}
        : { [MessageAttribute.FAILURE]: text(JSON.stringify({ ...FAILURE, ...failure } satisfies Failure)) }),
      ...attributes,
    },
  };
}

/** Of every letter that is not given another one. */
const BODY = JSON.stringify(samples['sync.complete']);

const FAILURE: Failure = {
  reason: 'attempts-exhausted',
  message: 'all 12 attempts failed',
  handlers: [
    {
      handler: 'alert-on-sync-error',
      error: 'TypeError',
      message: "Cannot read properties of undefined (reading 'id')",
      retryable: true,
      stack: 'at alert (/var/task/lambdas/alerts/on-sync-error.ts:12:5)',
    },
  ],
  attempts: 12,
  firstAttemptAtMs: FAILED_AT_MS - 50_000,
  failedAtMs: FAILED_AT_MS,
};

/** The SQS client follows a queue's own URL, whatever its endpoint. */
function throughProxy(queueUrl: string, proxy: WireProxy): string {
  return proxy.endpoint + new URL(queueUrl).pathname;
}

function exportsOf(engines: TestEngines, proxy: WireProxy, table: string): Record<string, string> {
  const gone = 'http://127.0.0.1:9';
  return {
    WEBHOOK_URL: gone,
    WEBHOOK_HANDLERS: JSON.stringify({
      byType: { 'sync.complete': ['alert-on-sync-error'], 'sync.paused': ['alert-on-sync-paused'] },
      any: [],
    }),
    LEDGER_TABLE_NAME: table,
    SIGNING_SECRET_ID: 'secret',
    ALERT_TOPIC_ARN: 'arn:aws:sns:us-east-1:000000000000:alerts',
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_ENDPOINT_URL_SQS: proxy.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: engines.dynamoDbEndpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: gone,
    AWS_ENDPOINT_URL_SNS: gone,
    AWS_ENDPOINT_URL_LAMBDA: gone,
    AWS_ENDPOINT_URL_CLOUDWATCH: gone,
    RECEIVED_URL: gone,
  };
}
