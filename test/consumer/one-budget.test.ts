import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { MessageAttribute } from '../../lambdas/contract/message.ts';
import { NonRetryableError } from '../../lambdas/router/index.ts';
import { type ConsumerHarness, createConsumerHarness, redelivered } from '../support/consumer-harness.ts';
import { asVersion01 } from '../support/earlier-versions.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { routesOf, SYNC_COMPLETE, spy } from './fixtures.ts';

let engines: TestEngines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stopAll());

const ID = 'msg_1';
const SIGNED_AT_SECONDS = 1_795_000_000;
const MINUTE_MS = 60_000;

/** A consumer whose only handler fails for good, and an event as ingest would queue it. */
async function given(failure: () => Error = () => new NonRetryableError('for good')) {
  const failing = spy(() => {
    throw failure();
  });
  const harness = await createConsumerHarness(engines, { routes: routesOf({ failing }) });
  harness.clock.autoAdvance = true;
  const arrive = async (receivedAtMs = harness.clock.nowMs()): Promise<SQSRecord> => {
    await harness.send(ID, SYNC_COMPLETE, {
      [MessageAttribute.SVIX_TIMESTAMP]: String(SIGNED_AT_SECONDS),
      [MessageAttribute.RECEIVED_AT]: String(receivedAtMs),
    });
    return receiveOne(harness);
  };
  return { ...harness, failing, arrive, ledgerRecord: () => harness.dependencies.ledger.read(ID) };
}

async function receiveOne({ receive }: Pick<ConsumerHarness, 'receive'>): Promise<SQSRecord> {
  const [record] = await receive();
  if (record === undefined) throw new Error('nothing received');
  return record;
}

/** A message of the event, in times after the one that became the letter; `svix-timestamp` in seconds. */
interface Times {
  readonly sent: number;
  readonly received: number;
  readonly signed?: number | 'absent';
  readonly failure?: string;
}

function messageAt(
  record: SQSRecord,
  startMs: number,
  { sent, received, signed = 0, failure }: Times,
): SQSRecord {
  const attributes = {
    [MessageAttribute.SVIX_ID]: ID,
    [MessageAttribute.RECEIVED_AT]: String(startMs + received),
    ...(signed === 'absent' ? {} : { [MessageAttribute.SVIX_TIMESTAMP]: String(SIGNED_AT_SECONDS + signed) }),
    ...(failure === undefined ? {} : { [MessageAttribute.FAILURE]: failure }),
  };
  return {
    ...record,
    attributes: { ...record.attributes, SentTimestamp: String(startMs + sent) },
    messageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, stringValue]) => [name, { dataType: 'String', stringValue }]),
    ),
  };
}

test('five copies of one failing event are one budget and one letter', async () => {
  const harness = await given(() => new Error('not today'));
  const startedMs = harness.clock.nowMs();
  const waiting: SQSRecord[] = [];
  for (let copy = 0; copy < 5; copy++) waiting.push(await harness.arrive(startedMs + copy));
  let receives = 1;
  while (waiting.length > 0) {
    const record = redelivered(waiting.shift() as SQSRecord, receives++);
    if ((await harness.run([record])).length > 0) waiting.push(record);
    harness.clock.advance(MINUTE_MS);
  }
  expect(harness.failing.attempts).toEqual([1, 2, 3]);
  expect(await harness.deadLetters()).toHaveLength(1);
  const names = harness.counted.map(({ name }) => name);
  expect(names).toEqual(['retried', 'retried', 'deadLettered', ...Array(4).fill('duplicate')]);
  expect(harness.lines.filter(({ level }) => level === 'info')).toEqual(
    Array(4).fill({
      level: 'info',
      message: 'the event has its dead letter already',
      keys: { message_id: expect.any(String), event_id: ID, handler: '-' },
    }),
  );
});

describe('after a dead letter', () => {
  test.each<[message: string, runs: boolean, times: Times]>([
    ['the lettered message, shown once more', false, { sent: 0, received: 0 }],
    ['a copy that SQS took before it', false, { sent: -1, received: -1 }],
    ['a resend that SQS took before it', false, { sent: -1, received: -1, signed: 60 }],
    ['a replay of the same delivery', false, { sent: 60_000, received: 60_000 }],
    ['a replay of an older delivery', false, { sent: 60_000, received: 60_000, signed: -300 }],
    ['a replay that ingest took long to send', false, { sent: 60_000, received: 45_000 }],
    ['a resend, signed anew', true, { sent: 60_000, received: 60_000, signed: 1 }],
    ['its redrive, at once and without a mark', true, { sent: 1, received: 0 }],
    ['a redrive of an older letter, at once', true, { sent: 1, received: -1 }],
    ['a redrive of a younger letter', true, { sent: 60_000, received: 44_999 }],
    ['a redrive that kept its failure', true, { sent: 60_000, received: 60_000, failure: '{}' }],
    ['what ingest never wrote', true, { sent: 60_000, received: 60_000, signed: 'absent' }],
  ])('%s: runs %s', async (_, runs, times) => {
    const harness = await given();
    const record = await harness.arrive();
    const startMs = harness.clock.nowMs();
    expect(await harness.run([messageAt(record, startMs, { sent: 0, received: 0 })])).toEqual([]);
    harness.clock.advance(MINUTE_MS);
    expect(await harness.run([messageAt(record, startMs, times)])).toEqual([]);
    expect(harness.failing.attempts).toEqual(runs ? [1, 1] : [1]);
    expect(await harness.deadLetters()).toHaveLength(runs ? 2 : 1);
  });

  test.each([
    [55_000, [1]],
    [55_001, [1, 1]],
  ])('a resend of %i ms before the failure of a minute: attempts %j', async (sent, attempts) => {
    const harness = await given();
    const record = await harness.arrive();
    const startMs = harness.clock.nowMs();
    harness.clock.advance(MINUTE_MS);
    await harness.run([messageAt(record, startMs, { sent: 0, received: 0 })]);
    await harness.run([messageAt(record, startMs, { sent, received: sent, signed: 55 })]);
    expect(harness.failing.attempts).toEqual(attempts);
  });

  test.each([
    ['without a mark', false],
    ['as SQS moves it, failure and all', true],
  ])(
    'redriven by hand, %s, it has its full budget and makes a letter of its own',
    async (_, keepsFailure) => {
      const harness = await given();
      await harness.run([await harness.arrive()]);
      const [letter] = await harness.deadLetters();
      const { [MessageAttribute.FAILURE]: failure, ...rest } = letter?.message.MessageAttributes ?? {};
      await engines.sqs.send(
        new SendMessageCommand({
          QueueUrl: harness.queues.queueUrl,
          MessageBody: letter?.message.Body,
          MessageAttributes: keepsFailure && failure !== undefined ? { ...rest, failure } : rest,
        }),
      );
      expect(await harness.run([await receiveOne(harness)])).toEqual([]);
      expect(harness.failing.attempts).toEqual([1, 1]);
      expect(await harness.deadLetters()).toHaveLength(1);
      expect(await harness.ledgerRecord()).toMatchObject({ attempts: 0, attempts_total: 2 });
    },
  );

  test('a crash between copy and release makes one letter more, and no third', async () => {
    const harness = await given();
    const record = await harness.arrive();
    let cut = true;
    harness.breakTable((table) => ({
      ...table,
      async updateItem(input) {
        if (cut && input.UpdateExpression?.includes('lettered_at_ms'))
          throw new TypeError('the process is gone');
        return table.updateItem(input);
      },
    }));
    expect(await harness.run([record])).toEqual([record.messageId]);
    cut = false;
    harness.clock.advance(MINUTE_MS);
    expect(await harness.run([redelivered(record)])).toEqual([]);
    expect(await harness.run([redelivered(record)])).toEqual([]);
    expect(harness.failing.attempts).toEqual([1]);
    expect(await harness.deadLetters()).toHaveLength(2);
  });
});

describe('beside a consumer of version 0.1, while a deployment is under way', () => {
  /** Alternates: the first run is `first`'s, the second the other's, and so on. */
  async function mixed(first: 'new' | 'old') {
    const harness = await given();
    let isOld = first === 'old';
    harness.breakTable((table) => {
      const old = asVersion01(table);
      return {
        updateItem: (input) => (isOld ? old : table).updateItem(input),
        getItem: (input) => (isOld ? old : table).getItem(input),
      };
    });
    const run = async (record: SQSRecord) => {
      const returned = await harness.run([record]);
      isOld = !isOld;
      return returned;
    };
    const startMs = harness.clock.nowMs();
    const record = await harness.arrive();
    return { ...harness, run, at: (times: Times) => messageAt(record, startMs, times) };
  }

  test.each(['new', 'old'] as const)(
    'a letter of the %s one is redriven through the other',
    async (first) => {
      const { run, at, clock, failing, deadLetters } = await mixed(first);
      expect(await run(at({ sent: 0, received: 0 }))).toEqual([]);
      clock.advance(MINUTE_MS);
      expect(await run(at({ sent: 60_000, received: 0 }))).toEqual([]);
      expect(failing.attempts).toEqual([1, 1]);
      expect(await deadLetters()).toHaveLength(2);
    },
  );

  test('letters of the new one, of the old one, of the new one again: each is redriven', async () => {
    const { run, at, clock, failing, deadLetters, ledgerRecord } = await mixed('new');
    for (const minute of [0, 1, 2, 3]) {
      expect(await run(at({ sent: minute * MINUTE_MS, received: 0 }))).toEqual([]);
      clock.advance(MINUTE_MS);
    }
    expect(failing.attempts).toEqual([1, 1, 1, 1]);
    expect(await deadLetters()).toHaveLength(4);
    expect(await ledgerRecord()).toMatchObject({ status: 'FAILED', attempts: 0, attempts_total: 4 });
  });
});
