import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { ACTIONS } from '../../../local/engines/sqs/actions.ts';
import { newMessage } from '../../../local/engines/sqs/message.ts';
import type { Queue } from '../../../local/engines/sqs/queue.ts';
import { Queues } from '../../../local/engines/sqs/queues.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

const never = new AbortController().signal;
const POLL = { max: 10, waitMs: 5_000, hideMs: 30_000 };

function freshQueue(): { queues: Queues; queue: Queue } {
  const queues = new Queues();
  return { queues, queue: queues.create('main', {}) };
}
const send = (queue: Queue, body: string) =>
  queue.add(newMessage({ body, attributes: {}, groupId: undefined }));
const bodies = (messages: readonly { readonly body: string }[]) => messages.map(({ body }) => body);

describe('a poll that waits', () => {
  test('answers with the first message, in the same turn', async () => {
    const { queue } = freshQueue();
    const polling = queue.receive(POLL, never);
    send(queue, 'first');
    await turn();
    send(queue, 'second');
    expect(bodies(await polling)).toEqual(['first']);
    queue.clear();
  });

  test('gathers for a moment on a queue that was just read, but no longer than for a full batch', async () => {
    const { queue } = freshQueue();
    // However long this machine takes, it was just now.
    jest.spyOn(performance, 'now').mockReturnValue(0);
    send(queue, 'before');
    expect(bodies(await queue.receive(POLL, never))).toEqual(['before']);
    const polling = queue.receive(POLL, never);
    send(queue, 'first');
    await turn();
    send(queue, 'second');
    expect(bodies(await polling)).toEqual(['first', 'second']);

    for (const body of ['a', 'b']) send(queue, body);
    const full = queue.receive({ ...POLL, max: 2 }, never);
    let answered = false;
    void full.then(() => {
      answered = true;
    });
    await turn();
    expect(answered).toBe(true);
    queue.clear();
  });

  test('hides nothing once it is aborted, however it waited', async () => {
    const { queue } = freshQueue();
    const client = new AbortController();
    const polling = queue.receive(POLL, client.signal);
    client.abort();
    expect(await polling).toEqual([]);
    send(queue, 'left');
    expect(await queue.receive(POLL, client.signal)).toEqual([]);
    expect(queue.counts).toEqual({ waiting: 1, inFlight: 0, delayed: 0 });
    queue.clear();
  });
});

/** How long it takes, `npm run bench -- --only local-queue` measures. */
test('the look for the next message begins where the last one ended, however many were taken', async () => {
  const { queue } = freshQueue();
  const count = 1_000;
  for (let index = 0; index < count; index += 1) send(queue, 'x');
  const looks = [
    jest.spyOn(Set.prototype, 'values'),
    jest.spyOn(Set.prototype, Symbol.iterator as unknown as 'values'),
    jest.spyOn(Map.prototype, 'values'),
    jest.spyOn(Map.prototype, Symbol.iterator as unknown as 'values'),
  ];
  try {
    for (let left = count; left > 0; left -= 10) {
      const received = await queue.receive({ ...POLL, waitMs: 0 }, never);
      expect(received).toHaveLength(10);
      for (const message of received) queue.delete(queue.handleOf(message));
    }
    // A look from the beginning would step over every place that was left: once for each message.
    expect(looks.reduce((sum, { mock }) => sum + mock.calls.length, 0)).toBeLessThan(count / 10);
  } finally {
    for (const look of looks) look.mockRestore();
  }
});

test('an older handle of a message deletes nothing', async () => {
  const { queue } = freshQueue();
  send(queue, 'twice');
  const handles: string[] = [];
  for (let receive = 0; receive < 2; receive += 1) {
    const [message] = await queue.receive(POLL, never);
    if (message === undefined) throw new Error('no message');
    handles.push(queue.handleOf(message));
    if (receive === 0) queue.hide(handles[0] ?? '', 0);
  }
  queue.delete(handles[0] ?? '');
  expect(queue.counts.inFlight).toBe(1);
  queue.delete(handles[1] ?? '');
  expect(queue.counts.inFlight).toBe(0);
});

describe('requests', () => {
  test.each([
    ['no entries', [], 'EmptyBatchRequest'],
    [
      'eleven entries',
      Array.from({ length: 11 }, (_, index) => String(index)),
      'TooManyEntriesInBatchRequest',
    ],
    ['two entries of one id', ['1', '1'], 'BatchEntryIdsNotDistinct'],
  ])('a batch of %s is refused', (_name, ids, code) => {
    const { queues, queue } = freshQueue();
    const Entries = ids.map((Id) => ({ Id, ReceiptHandle: 'any' }));
    expect(() => ACTIONS.DeleteMessageBatch(queues, { QueueUrl: queue.url, Entries })).toThrow(code);
  });

  test('attributes come by name', async () => {
    const { queues, queue } = freshQueue();
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    ACTIONS.SendMessage(queues, {
      QueueUrl: queue.url,
      MessageBody: 'body',
      MessageAttributes: { one: text('1'), two: text('2') },
    });
    const input = { QueueUrl: queue.url, VisibilityTimeout: 0, MessageAttributeNames: ['one'] };
    const { Messages = [] } = await ACTIONS.ReceiveMessage(queues, input, never);
    expect(Messages).toMatchObject([{ MessageAttributes: { one: text('1') }, Attributes: {} }]);
    expect(Object.keys(Messages[0]?.MessageAttributes ?? {})).toEqual(['one']);
  });

  test('a queue of the same name with other settings is refused, with the same it is the same', () => {
    const { queues, queue } = freshQueue();
    expect(queues.create('main', {})).toBe(queue);
    expect(() => queues.create('main', { VisibilityTimeout: '1' })).toThrow('other attributes');
    expect(() => queues.create('other', { VisibilityTimeout: 'soon' })).toThrow('VisibilityTimeout');
    const nowhere = JSON.stringify({ deadLetterTargetArn: `${queue.arn}x`, maxReceiveCount: 3 });
    expect(() => queues.create('other', { RedrivePolicy: nowhere })).toThrow('does not exist');
  });

  test('a move without a destination brings each message back to the queue that gave it up', async () => {
    const queues = new Queues();
    const dead = queues.create('dead', {});
    const policy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
    const main = queues.create('main', { RedrivePolicy: policy });
    send(main, 'poison');
    await main.receive({ ...POLL, hideMs: 0 }, never);
    expect(await main.receive({ ...POLL, waitMs: 0 }, never)).toEqual([]);
    expect(dead.counts.waiting).toBe(1);
    ACTIONS.StartMessageMoveTask(queues, { SourceArn: dead.arn });
    expect(bodies(await main.receive(POLL, never))).toEqual(['poison']);
    send(dead, 'sent there');
    ACTIONS.StartMessageMoveTask(queues, { SourceArn: dead.arn });
    const watched = queues.moveTasks[0];
    while (watched?.status === 'RUNNING') await turn();
    expect(watched?.describe()).toMatchObject({
      Status: 'FAILED',
      FailureReason: 'CouldNotDetermineMessageSource',
    });
    queues.close();
  });
});
