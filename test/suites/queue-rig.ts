import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import type { QueuePair, TestEnvironment } from '../support/test-resources.ts';
import { PATIENCE_MS } from './eventually.ts';

/** SQS's longest poll is 20 s. */
const POLL_SECONDS = 5;
const RECEIVE_LIMIT = 10;

export type Fits = (message: Message) => boolean;

/** One queue, as a test writes and reads it. Where SQS is free to give fewer messages than there are, it asks again. */
export interface QueueRig {
  readonly url: string;
  send(body: string, rest?: Partial<SendMessageCommandInput>): Promise<void>;
  /** One receive, with all that a message carries. */
  receive(waitSeconds?: number): Promise<Message[]>;
  /** `count` different messages that fit, from as many receives as it takes. */
  take(fits: Fits, count: number): Promise<Message[]>;
  takeOne(fits: Fits): Promise<Message>;
  hide(message: Message, seconds: number): Promise<unknown>;
  remove(message: Message): Promise<unknown>;
}

export function queueRig({ sqs }: Pick<TestEnvironment, 'sqs'>, QueueUrl: string): QueueRig {
  const receive = async (WaitTimeSeconds = POLL_SECONDS) => {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        WaitTimeSeconds,
        MaxNumberOfMessages: RECEIVE_LIMIT,
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      }),
    );
    return Messages;
  };
  const take = async (fits: Fits, count: number) => {
    const found = new Map<string, Message>();
    const endsAtMs = performance.now() + PATIENCE_MS;
    while (found.size < count) {
      if (performance.now() > endsAtMs)
        throw new Error(`${found.size} of ${count} messages within ${PATIENCE_MS} ms`);
      for (const message of await receive()) if (fits(message)) found.set(String(message.MessageId), message);
    }
    return [...found.values()];
  };
  return {
    url: QueueUrl,
    receive,
    take,
    async takeOne(fits) {
      const [message] = await take(fits, 1);
      if (message === undefined) throw new Error('no message');
      return message;
    },
    async send(MessageBody, rest = {}) {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...rest }));
    },
    hide: ({ ReceiptHandle }, VisibilityTimeout) =>
      sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout })),
    // Safe to delete: the test that sent the message is done with it.
    remove: ({ ReceiptHandle }) => sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })),
  };
}

/** A fresh pair of queues, each as a rig. */
export interface PairRig {
  readonly pair: QueuePair;
  readonly main: QueueRig;
  readonly dead: QueueRig;
}

export async function pairRig(
  environment: TestEnvironment,
  options?: Parameters<TestEnvironment['createQueuePair']>[0],
): Promise<PairRig> {
  const pair = await environment.createQueuePair(options);
  return {
    pair,
    main: queueRig(environment, pair.queueUrl),
    dead: queueRig(environment, pair.deadLetterQueueUrl),
  };
}

/** Without the empty lists that some versions of SQS have answered with, and that it refuses when it is sent them. */
export function attributesOf({ MessageAttributes = {} }: Message): Record<string, MessageAttributeValue> {
  const attributes: Record<string, MessageAttributeValue> = {};
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(MessageAttributes)) {
    attributes[name] = BinaryValue === undefined ? { DataType, StringValue } : { DataType, BinaryValue };
  }
  return attributes;
}

export const withBody =
  (body: string): Fits =>
  ({ Body }) =>
    Body === body;

export const textAttribute = (StringValue: string) => ({ DataType: 'String', StringValue });
