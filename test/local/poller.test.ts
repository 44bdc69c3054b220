import { BroadcastChannel } from 'node:worker_threads';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { SQSEvent } from 'aws-lambda';
import type { EventSourceModel } from '../../local/assembly/stack-model.ts';
import type { LocalCloudObserver } from '../../local/cloud-events.ts';
import { Queues } from '../../local/engines/sqs/queues.ts';
import { type Poller, startPoller } from '../../local/poller/poller.ts';
import { type QueuePair, startEngines, type TestEngines } from '../support/engines.ts';
import { TestFunctions } from '../support/function-code.ts';
import type { RecordedEvents } from '../support/recorded-events.ts';

let engines: TestEngines;
let pair: QueuePair;
let poller: Poller | undefined;
const functions = new TestFunctions();

beforeAll(async () => {
  engines = await startEngines();
});
afterEach(async () => {
  await poller?.stop(1_000);
  await functions.cleanUp();
});
afterAll(() => engines.stopAll());

async function start(
  code: string,
  source: Partial<EventSourceModel> = {},
  { queues = engines.queues, observer }: { queues?: Queues; observer?: LocalCloudObserver } = {},
): Promise<RecordedEvents> {
  pair = await engines.createQueuePair();
  const { fn, events } = await functions.create(code);
  poller = startPoller({
    source: {
      logicalId: 'Mapping',
      functionId: 'Function',
      queueUrl: pair.queueUrl,
      queueArn: pair.queueArn,
      batchSize: 10,
      batchingWindowSeconds: 0,
      reportsItemFailures: true,
      enabled: true,
      ...source,
    },
    queues,
    target: fn,
    observer(event) {
      observer?.(event);
      events.observer(event);
    },
  });
  return events;
}

/** One batch for all of them: they are on the queue before the poller can look again. */
async function send(...bodies: string[]): Promise<Map<string, string>> {
  const { Successful } = await engines.sqs.send(
    new SendMessageBatchCommand({
      QueueUrl: pair.queueUrl,
      Entries: bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody })),
    }),
  );
  return new Map((Successful ?? []).map(({ Id, MessageId }) => [MessageId ?? '', bodies[Number(Id)] ?? '']));
}

async function counts() {
  const { Attributes } = await engines.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: pair.queueUrl, AttributeNames: ['All'] }),
  );
  return {
    waiting: Number(Attributes?.ApproximateNumberOfMessages),
    inFlight: Number(Attributes?.ApproximateNumberOfMessagesNotVisible),
  };
}

/** Outcome of each message, by its body, once all are settled. */
async function outcomes(events: RecordedEvents, sent: Map<string, string>) {
  const settled = () => events.of('batch-settled').flatMap(({ records }) => records);
  await events.next('batch-settled', () => settled().length >= sent.size);
  return Object.fromEntries(settled().map(({ messageId, outcome }) => [sent.get(messageId), outcome]));
}

const FAIL_THE_BAD = `export const handler = async ({ Records }) => ({
  batchItemFailures: Records.filter(({ body }) => body.startsWith('bad')).map(({ messageId }) => ({ itemIdentifier: messageId })),
});`;

describe('what the function answers', () => {
  test('some failed: those stay hidden, the others are deleted', async () => {
    const events = await start(FAIL_THE_BAD);
    const sent = await send('good-1', 'bad-1', 'good-2');
    await expect(outcomes(events, sent)).resolves.toEqual({
      'good-1': 'acknowledged',
      'bad-1': 'returned',
      'good-2': 'acknowledged',
    });
    await expect(counts()).resolves.toEqual({ waiting: 0, inFlight: 1 });
  });

  test.each([
    ['undefined', 'undefined'],
    ['null', 'null'],
    ['an empty object', '({})'],
    ['a null list', '({ batchItemFailures: null })'],
    ['an empty list', '({ batchItemFailures: [] })'],
  ])('%s: all are done', async (_name, answer) => {
    const events = await start(`export const handler = async () => ${answer};`);
    const sent = await send('one', 'two');
    await expect(outcomes(events, sent)).resolves.toEqual({ one: 'acknowledged', two: 'acknowledged' });
    await expect(counts()).resolves.toEqual({ waiting: 0, inFlight: 0 });
  });

  test.each([
    ['an unknown identifier', '({ batchItemFailures: [{ itemIdentifier: "nobody" }] })'],
    ['an empty identifier', '({ batchItemFailures: [{ itemIdentifier: "" }] })'],
    ['a null identifier', '({ batchItemFailures: [{ itemIdentifier: null }] })'],
    ['a bad key', '({ batchItemFailures: [{ messageId: "x" }] })'],
    ['no list', '({ batchItemFailures: "all" })'],
    ['no object', '"fine"'],
  ])('%s: the whole batch comes back', async (_name, answer) => {
    const events = await start(`export const handler = async () => ${answer};`);
    const sent = await send('one', 'two');
    await expect(outcomes(events, sent)).resolves.toEqual({ one: 'returned', two: 'returned' });
    expect(events.of('batch-settled')[0]?.refusedAnswer).toEqual(expect.any(String));
    await expect(counts()).resolves.toEqual({ waiting: 0, inFlight: 2 });
  });

  test('a thrown error: the whole batch comes back', async () => {
    const events = await start(`export const handler = async () => { throw new Error('broken'); };`);
    const sent = await send('one', 'two');
    await expect(outcomes(events, sent)).resolves.toEqual({ one: 'returned', two: 'returned' });
    expect(events.of('batch-settled')[0]).toMatchObject({ result: 'error' });
  });

  test('is not read without ReportBatchItemFailures', async () => {
    const events = await start(`export const handler = async () => "fine";`, { reportsItemFailures: false });
    const sent = await send('one');
    await expect(outcomes(events, sent)).resolves.toEqual({ one: 'acknowledged' });
  });
});

test('a record holds what Lambda gives', async () => {
  const events = await start(
    `export const handler = async (event) => { console.log(JSON.stringify(event)); };`,
  );
  await engines.sqs.send(
    new SendMessageCommand({
      QueueUrl: pair.queueUrl,
      MessageBody: 'grüße',
      MessageGroupId: 'customer-1',
      MessageAttributes: {
        'svix-id': { DataType: 'String', StringValue: 'msg_1' },
        raw: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
      },
    }),
  );
  const { line } = await events.next('log');
  const event: SQSEvent = JSON.parse(line);
  expect(event.Records).toEqual([
    {
      messageId: expect.any(String),
      receiptHandle: expect.any(String),
      body: 'grüße',
      md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
      md5OfMessageAttributes: expect.stringMatching(/^[0-9a-f]{32}$/),
      attributes: expect.objectContaining({
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        MessageGroupId: 'customer-1',
      }),
      messageAttributes: {
        'svix-id': { stringValue: 'msg_1', stringListValues: [], binaryListValues: [], dataType: 'String' },
        raw: { binaryValue: 'AP8=', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
      },
      eventSource: 'aws:sqs',
      eventSourceARN: pair.queueArn,
      awsRegion: 'eu-central-2',
    },
  ]);
});

describe('batches', () => {
  test('run at most maximumConcurrency at once', async () => {
    // Each holds its place until the test opens the gate.
    const events = await start(
      `import { BroadcastChannel } from 'node:worker_threads';
      const gate = new BroadcastChannel('poller-test');
      export const handler = () => new Promise((resolve) => {
        gate.onmessage = resolve;
        console.log('running');
      });`,
      { batchSize: 1, maximumConcurrency: 2 },
    );
    const gate = new BroadcastChannel('poller-test');
    gate.unref();
    const sent = await send(...Array.from({ length: 6 }, (_, index) => `m${index}`));
    for (const running of [2, 4, 6]) {
      await events.until(() => events.of('log').length === running);
      // A look at the queue takes as long as the poller's own: whatever it would start is started by then.
      await expect(counts()).resolves.toEqual({ waiting: 6 - running, inFlight: 2 });
      gate.postMessage('go on');
    }
    await outcomes(events, sent);
    gate.close();
    let running = 0;
    let most = 0;
    for (const { type } of events.all) {
      if (type === 'invocation-started') most = Math.max(most, ++running);
      if (type === 'invocation-ended') running -= 1;
    }
    expect(most).toBe(2);
  });

  test('wait for more within the batching window', async () => {
    const events = await start(FAIL_THE_BAD, { batchingWindowSeconds: 2 });
    const sent = await send('one');
    for (const [id, body] of await send('two')) sent.set(id, body);
    await outcomes(events, sent);
    expect(events.of('batch-settled').map(({ records }) => records.length)).toEqual([2]);
  });

  test('hold at most 6 MB', async () => {
    const events = await start(FAIL_THE_BAD);
    const body = (index: number) => `${index}${'x'.repeat(1024 * 1024 - 10)}`;
    const sent = new Map<string, string>();
    await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        for (const [id] of await send(body(index))) sent.set(id, String(index));
      }),
    );
    const settled = await outcomes(events, sent);
    expect(new Set(Object.values(settled))).toEqual(new Set(['acknowledged']));
    expect(events.of('batch-settled').every(({ records }) => records.length <= 5)).toBe(true);
  });

  test('are not polled for a mapping that is disabled', async () => {
    const events = await start(FAIL_THE_BAD, { enabled: false });
    await send('one');
    const { Messages } = await engines.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: pair.queueUrl, WaitTimeSeconds: 5 }),
    );
    expect(Messages).toHaveLength(1);
    expect(events.all).toEqual([]);
  });
});

test('disabling finishes the batch under way and takes no other, until it is enabled again', async () => {
  const gate = new BroadcastChannel('poller-disabled');
  gate.unref();
  const events = await start(
    `import { BroadcastChannel } from 'node:worker_threads';
    const gate = new BroadcastChannel('poller-disabled');
    export const handler = () => new Promise((resolve) => {
      gate.onmessage = resolve;
      console.log('running');
    });`,
  );
  const states = () => events.of('event-source-changed').map(({ state }) => state);
  await send('one');
  await events.next('log');
  poller?.disable();
  poller?.disable();
  expect(poller?.state).toBe('Disabling');
  // Nothing happens before the end of the change, as with Lambda.
  poller?.enable();
  expect(poller?.state).toBe('Disabling');
  gate.postMessage('go on');
  await events.until(() => poller?.state === 'Disabled');
  expect(events.of('batch-settled')).toHaveLength(1);
  // The poll under way ends by itself; the batch is waited for.
  expect(events.all.slice(-2).map(({ type }) => type)).toEqual(['batch-settled', 'event-source-changed']);
  await send('two');
  await expect(counts()).resolves.toEqual({ waiting: 1, inFlight: 0 });

  poller?.enable();
  await events.until(() => events.of('log').length === 2);
  expect(poller?.state).toBe('Enabled');
  gate.postMessage('go on');
  await events.until(() => events.of('batch-settled').length === 2);
  expect(states()).toEqual(['Disabling', 'Disabled', 'Enabling', 'Enabled']);
  gate.close();
});

test('disabling an idle mapping takes no long', async () => {
  const events = await start(FAIL_THE_BAD);
  await events.until(() => poller?.state === 'Enabled');
  poller?.disable();
  await events.until(() => poller?.state === 'Disabled', 5_000);
  await send('one');
  await expect(counts()).resolves.toEqual({ waiting: 1, inFlight: 0 });
});

test('a queue that is gone is asked again, slowly', async () => {
  const failedAtMs: number[] = [];
  const observer: LocalCloudObserver = ({ type }) => {
    if (type === 'poll-failed') failedAtMs.push(performance.now());
  };
  const events = await start(FAIL_THE_BAD, {}, { queues: new Queues(), observer });
  await events.until(() => failedAtMs.length > 1);
  const [firstAtMs = 0, secondAtMs = 0] = failedAtMs;
  expect(secondAtMs - firstAtMs).toBeGreaterThan(900);
});

test('stopping waits for the batch under way', async () => {
  const events = await start(
    `export const handler = async () => { console.log('running'); await new Promise((r) => setTimeout(r, 300)); };`,
  );
  await send('one');
  await events.next('log');
  await poller?.stop(5_000);
  expect(events.of('batch-settled')).toHaveLength(1);
  await expect(counts()).resolves.toEqual({ waiting: 0, inFlight: 0 });
});
