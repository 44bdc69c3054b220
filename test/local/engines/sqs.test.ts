import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MAX_MESSAGE_BYTES } from '../../../lambdas/contract/message.ts';
import { type QueuePair, startEngines, type TestEngines } from '../../support/engines.ts';
import { patienceMs } from '../../support/slowness.js';

let engines: TestEngines;
let pair: QueuePair;

beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stopAll());

async function freshPair(options = {}): Promise<void> {
  pair = await engines.createQueuePair(options);
}

function send(MessageBody: string, rest: Partial<SendMessageCommand['input']> = {}) {
  return engines.sqs.send(new SendMessageCommand({ QueueUrl: pair.queueUrl, MessageBody, ...rest }));
}

async function receive(
  rest: Partial<ReceiveMessageCommand['input']> = {},
  QueueUrl = pair.queueUrl,
): Promise<Message[]> {
  const { Messages } = await engines.sqs.send(
    new ReceiveMessageCommand({
      QueueUrl,
      WaitTimeSeconds: 5,
      MaxNumberOfMessages: 10,
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
      ...rest,
    }),
  );
  return Messages ?? [];
}

async function receiveOne(rest: Partial<ReceiveMessageCommand['input']> = {}): Promise<Message> {
  const [message] = await receive(rest);
  if (message === undefined) throw new Error('no message arrived');
  return message;
}

function hide(message: Message, VisibilityTimeout: number) {
  return engines.sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: pair.queueUrl,
      ReceiptHandle: message.ReceiptHandle,
      VisibilityTimeout,
    }),
  );
}

describe('what SQS refuses', () => {
  beforeAll(() => freshPair());

  test.each([
    ['a null', 'a\u0000b', '#x0'],
    ['a vertical tab', '\u000b', '#xB'],
    ['U+FFFE', 'x\ufffe', '#xFFFE'],
    ['a lone surrogate', '\ud83d', '#xD83D'],
  ])('%s in the body', async (_name, body, character) => {
    await expect(send(body)).rejects.toMatchObject({
      name: 'InvalidMessageContents',
      message: expect.stringContaining(`'${character}'`),
      $metadata: { httpStatusCode: 400 },
    });
  });

  test('a refused character in the text of an attribute', async () => {
    const attributes = { note: { DataType: 'String', StringValue: 'a\u0001' } };
    await expect(send('body', { MessageAttributes: attributes })).rejects.toMatchObject({
      name: 'InvalidMessageContents',
    });
  });

  test('an empty attribute value', async () => {
    const attributes = { note: { DataType: 'String', StringValue: '' } };
    await expect(send('body', { MessageAttributes: attributes })).rejects.toThrow(/non-empty value/);
  });

  test('an eleventh attribute, while ten are taken', async () => {
    const attributes = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`a${index}`, { DataType: 'String', StringValue: 'x' }]),
      );
    await expect(send('body', { MessageAttributes: attributes(11) })).rejects.toThrow(/exceeds the allowed/);
    await expect(send('body', { MessageAttributes: attributes(10) })).resolves.toBeDefined();
  });

  test('one byte over 1 MiB, attributes included, counted in UTF-8', async () => {
    const attributes = { name: { DataType: 'String', StringValue: 'é' } };
    const attributeBytes = 'name'.length + 'String'.length + 2;
    const fits = 'é'.repeat((MAX_MESSAGE_BYTES - attributeBytes) / 2);
    await expect(send(fits, { MessageAttributes: attributes })).resolves.toBeDefined();
    await expect(send(`${fits}a`, { MessageAttributes: attributes })).rejects.toThrow(
      /Message must be shorter than 1048576 bytes/,
    );
  });

  test('a group id that is too long or holds other characters', async () => {
    await expect(send('body', { MessageGroupId: 'a b' })).rejects.toThrow(/MessageGroupId/);
    await expect(send('body', { MessageGroupId: 'a'.repeat(129) })).rejects.toThrow(/MessageGroupId/);
  });

  test('only the bad entry of a batch', async () => {
    const { Successful, Failed } = await engines.sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: pair.queueUrl,
        Entries: [
          { Id: 'good', MessageBody: 'fine' },
          { Id: 'bad', MessageBody: '\u0002' },
        ],
      }),
    );
    expect(Successful?.map(({ Id }) => Id)).toEqual(['good']);
    expect(Failed).toEqual([
      expect.objectContaining({ Id: 'bad', Code: 'InvalidMessageContents', SenderFault: true }),
    ]);
  });

  test('a batch whose entries are all bad, and one over 1 MiB in all', async () => {
    const batch = (bodies: string[]) =>
      engines.sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: pair.queueUrl,
          Entries: bodies.map((MessageBody, index) => ({ Id: `e${index}`, MessageBody })),
        }),
      );
    const refused = await batch(['\u0002', '\u0003']);
    expect(refused.Failed?.map(({ Id }) => Id)).toEqual(['e0', 'e1']);
    expect(refused.Successful ?? []).toEqual([]);
    const half = 'é'.repeat(MAX_MESSAGE_BYTES / 4);
    await expect(batch([half, `${half}a`])).rejects.toThrow(/Batch requests cannot be longer/);
  });
});

describe('receiving', () => {
  test('system attributes are given for MessageSystemAttributeNames alone, the group id among them', async () => {
    await freshPair();
    const before = Date.now();
    await send('grüße 😀', { MessageGroupId: 'customer-1' });
    const message = await receiveOne({ MessageSystemAttributeNames: ['All'] });
    expect(message.Body).toBe('grüße 😀');
    expect(message.Attributes).toMatchObject({ MessageGroupId: 'customer-1', ApproximateReceiveCount: '1' });
    expect(Number(message.Attributes?.SentTimestamp)).toBeGreaterThanOrEqual(before);
  });

  test('a long poll answers with the first message, not at its end', async () => {
    await freshPair();
    const started = Date.now();
    const polling = receive({ WaitTimeSeconds: 20 });
    await send('hello');
    await expect(polling).resolves.toHaveLength(1);
    expect(Date.now() - started).toBeLessThan(patienceMs(5_000));
  });

  test('a poll whose client went away hides nothing and counts no receive', async () => {
    await freshPair();
    const client = new AbortController();
    const polling = engines.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: pair.queueUrl, WaitTimeSeconds: 20 }),
      { abortSignal: client.signal },
    );
    await expectCounts({ waiting: 0, inFlight: 0 });
    client.abort();
    await expect(polling).rejects.toMatchObject({ name: 'AbortError' });
    // By the time of another answer the engine has seen that it went.
    await expectCounts({ waiting: 0, inFlight: 0 });
    await send('hello');
    const message = await receiveOne();
    expect(message.Attributes?.ApproximateReceiveCount).toBe('1');
  });

  test('messages in flight are counted apart from those waiting', async () => {
    await freshPair();
    await send('one');
    await send('two');
    await receive({ MaxNumberOfMessages: 1 });
    await expectCounts({ waiting: 1, inFlight: 1 });
  });

  async function expectCounts({ waiting, inFlight }: { waiting: number; inFlight: number }) {
    const { Attributes } = await engines.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: pair.queueUrl, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      ApproximateNumberOfMessages: String(waiting),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
    });
  }
});

describe('visibility', () => {
  test('a change of visibility is not a receive', async () => {
    await freshPair();
    await send('hello');
    await hide(await receiveOne(), 0);
    const again = await receiveOne();
    expect(again.Attributes?.ApproximateReceiveCount).toBe('2');
  });

  test('12 hours count from the receive', async () => {
    await freshPair();
    await send('hello');
    const message = await receiveOne();
    await expect(hide(message, 43_200)).rejects.toThrow(/Total VisibilityTimeout .* beyond the limit/);
    await expect(hide(message, 43_190)).resolves.toBeDefined();
    const { Failed } = await engines.sqs.send(
      new ChangeMessageVisibilityBatchCommand({
        QueueUrl: pair.queueUrl,
        Entries: [{ Id: 'm', ReceiptHandle: message.ReceiptHandle, VisibilityTimeout: 43_200 }],
      }),
    );
    expect(Failed).toEqual([expect.objectContaining({ Id: 'm', Code: 'InvalidParameterValue' })]);
  });

  test('a deleted message cannot be hidden, and one that is visible again neither', async () => {
    await freshPair();
    await send('one');
    const message = await receiveOne();
    await hide(message, 0);
    await expectEventually(() => expect(hide(message, 30)).rejects.toThrow(/not available for visibility/));
    const again = await receiveOne();
    await engines.sqs.send(
      new DeleteMessageCommand({ QueueUrl: pair.queueUrl, ReceiptHandle: again.ReceiptHandle }),
    );
    await expect(hide(again, 30)).rejects.toThrow(/Message does not exist/);
  });
});

describe('dead letters', () => {
  test('SQS moves a message at maxReceiveCount; it keeps its attributes, group and first enqueue time', async () => {
    await freshPair({ maxReceiveCount: 2 });
    await send('poison', {
      MessageGroupId: 'customer-1',
      MessageAttributes: { 'svix-id': { DataType: 'String', StringValue: 'msg_1' } },
    });
    const first = await receiveOne();
    await hide(first, 0);
    await hide(await receiveOne(), 0);
    // SQS moves it when it would give it a third time.
    expect(await receive({ WaitTimeSeconds: 0 })).toEqual([]);
    const [dead] = await receive({}, pair.deadLetterQueueUrl);
    expect(dead).toMatchObject({
      Body: 'poison',
      MessageId: first.MessageId,
      MessageAttributes: { 'svix-id': { StringValue: 'msg_1' } },
      Attributes: {
        MessageGroupId: 'customer-1',
        SentTimestamp: first.Attributes?.SentTimestamp,
        DeadLetterQueueSourceArn: pair.queueArn,
      },
    });
    expect(await receive({ WaitTimeSeconds: 0 })).toEqual([]);
  });

  test('a move task brings a message that was sent there directly to the destination it names', async () => {
    await freshPair();
    await engines.sqs.send(
      new SendMessageCommand({ QueueUrl: pair.deadLetterQueueUrl, MessageBody: 'sent here' }),
    );
    await engines.sqs.send(
      new StartMessageMoveTaskCommand({ SourceArn: pair.deadLetterQueueArn, DestinationArn: pair.queueArn }),
    );
    expect((await receiveOne()).Body).toBe('sent here');
    await expectEventually(async () => {
      const { Results } = await engines.sqs.send(
        new ListMessageMoveTasksCommand({ SourceArn: pair.deadLetterQueueArn }),
      );
      expect(Results?.[0]).toMatchObject({ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 });
    });
  });
});

/** Repeats the assertion until it holds; each try is a round trip to the engine. */
async function expectEventually(assertion: () => Promise<void>): Promise<void> {
  const endsAtMs = Date.now() + patienceMs(20_000);
  for (;;) {
    try {
      await assertion();
      return;
    } catch (error) {
      if (Date.now() > endsAtMs) throw error;
    }
  }
}
