import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DeadLetter } from '../../../operator/dead-letters/dead-letter.ts';
import { HeldLetters } from '../../../operator/dead-letters/held-letters.ts';
import { lookAtDeadLetters } from '../../../operator/dead-letters/look.ts';
import { receiveLetters } from '../../../operator/dead-letters/receive-letters.ts';
import { failEntries, startAlteringProxy } from '../../support/altering-proxy.ts';
import { startEngines, type TestEngines } from '../../support/engines.ts';
import { patienceSeconds } from '../../support/slowness.js';
import { createRig, failureOf, never, type Rig, sha256, syncBody } from './rig.ts';

/** Many batches for every receiver; the command line is tested with 2,000. */
const MANY = 500;

describe('a look at the dead letters', () => {
  let engines: TestEngines;
  const rigs: Rig[] = [];
  beforeAll(async () => {
    engines = await startEngines();
  });
  afterAll(async () => {
    for (const rig of rigs) rig.close();
    await engines.stopAll();
  });

  const rigWith = async (letters: number): Promise<Rig> => {
    const rig = await createRig(engines);
    rigs.push(rig);
    await rig.putLetters(Array.from({ length: letters }, (_, index) => ({ eventId: `msg_${index}` })));
    return rig;
  };

  test('many letters are seen once each, and all are visible again, also after an abort', async () => {
    const rig = await rigWith(MANY);
    const handed: string[] = [];
    const progress: number[] = [];
    const look = await lookAtDeadLetters(rig.target, {
      signal: never,
      onProgress: (seen) => progress.push(seen),
      onLetter: ({ messageId }) => {
        handed.push(messageId);
      },
    });
    expect(look).toMatchObject({ expected: MANY, hidden: 0, interrupted: false, comingBack: 0 });
    expect(new Set(look.letters.map(({ eventId }) => eventId)).size).toBe(MANY);
    expect(look.letters).toHaveLength(MANY);
    expect(new Set(handed).size).toBe(MANY);
    expect(progress.at(-1)).toBe(MANY);
    const sentAtMs = look.letters.map((letter) => letter.sentAtMs);
    expect(sentAtMs).toEqual(sentAtMs.toSorted((one, other) => one - other));
    expect(await rig.depth('dead')).toEqual({ visible: MANY, hidden: 0 });

    const abort = new AbortController();
    const interrupted = await lookAtDeadLetters(rig.target, {
      signal: abort.signal,
      keep: false,
      onProgress: (seen) => seen >= 150 && abort.abort(),
    });
    expect(interrupted.interrupted).toBe(true);
    expect(interrupted.seen).toBeGreaterThanOrEqual(150);
    expect(interrupted.seen).toBeLessThan(MANY);
    expect(interrupted.letters).toEqual([]);
    expect(await rig.depth('dead')).toEqual({ visible: MANY, hidden: 0 });
  });

  test('it ends where it is told to, or with an error: all are visible again', async () => {
    const rig = await rigWith(300);
    const broken = lookAtDeadLetters(rig.target, {
      signal: never,
      onLetter: () => Promise.reject(new Error('the disk is full')),
    });
    await expect(broken).rejects.toThrow('the disk is full');
    expect(await rig.depth('dead')).toEqual({ visible: 300, hidden: 0 });

    const limited = await lookAtDeadLetters(rig.target, { signal: never, limit: 25 });
    expect(limited.letters).toHaveLength(25);
    const found = await lookAtDeadLetters(rig.target, {
      signal: never,
      until: ({ eventId }) => eventId === 'msg_250',
    });
    expect(found.interrupted).toBe(false);
    expect(found.letters.map(({ eventId }) => eventId)).toContain('msg_250');
    expect(await rig.depth('dead')).toEqual({ visible: 300, hidden: 0 });
  });

  test('what others hold is counted, and not waited for', async () => {
    const rig = await rigWith(3);
    await engines.sqs.send(new ReceiveMessageCommand({ QueueUrl: rig.target.deadLetterQueueUrl }));
    const look = await lookAtDeadLetters(rig.target, { signal: never });
    expect(look).toMatchObject({ expected: 2, hidden: 1 });
    expect(look.letters).toHaveLength(2);
  });

  test('on AWS: long polls, and an empty answer before all were seen is not the end', async () => {
    const rig = await rigWith(30);
    let emptied = 0;
    const proxy = await startAlteringProxy(engines.sqsEndpoint, async ({ operation }, forward) => {
      if (operation === 'ReceiveMessage' && emptied++ < 4) return {};
      return forward();
    });
    const look = await lookAtDeadLetters(rig.variant({ sqs: proxy.endpoint, kind: 'stack' }), {
      signal: never,
    });
    expect(look.letters).toHaveLength(30);
    const waits = proxy.calls.flatMap(({ operation, input }) =>
      operation === 'ReceiveMessage' ? [input['WaitTimeSeconds']] : [],
    );
    expect(new Set(waits)).toEqual(new Set([1]));
    await proxy.stop();
  });

  test('entries that SQS does not put back at first are repeated; those that it never does come back by themselves', async () => {
    const rig = await rigWith(30);
    const tried = new Map<string, number>();
    const proxy = await startAlteringProxy(engines.sqsEndpoint, async (call, forward) => {
      if (call.operation !== 'ChangeMessageVisibilityBatch') return forward();
      return failEntries(call, forward, ({ Id, ReceiptHandle }) => {
        const times = (tried.get(String(ReceiptHandle)) ?? 0) + 1;
        tried.set(String(ReceiptHandle), times);
        const fails = (Id === '1' && times === 1) || Id === '2';
        return fails ? { Code: 'InternalError', SenderFault: false } : undefined;
      });
    });
    const look = await lookAtDeadLetters(rig.variant({ sqs: proxy.endpoint }), { signal: never });
    expect(look.letters).toHaveLength(30);
    expect(look.comingBack).toBe(3);
    expect(await rig.depth('dead')).toEqual({ visible: 27, hidden: 3 });
    await proxy.stop();
  });

  test('a long look renews what it holds: nothing is seen twice, nor by anybody else', async () => {
    const rig = await rigWith(25);
    const hiddenSeconds = Math.min(10, patienceSeconds(1));
    const held = new HeldLetters(rig.target, hiddenSeconds);
    const seen: DeadLetter[] = [];
    const receive = () =>
      receiveLetters(rig.target, {
        held,
        expected: 25,
        signal: never,
        onLetter: (letter) => {
          seen.push(letter);
        },
        onBatch: () => undefined,
      });
    await receive();
    const { Messages } = await engines.sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: rig.target.deadLetterQueueUrl,
        WaitTimeSeconds: 2 * hiddenSeconds,
      }),
    );
    expect(Messages ?? []).toEqual([]);
    await receive();
    expect(seen).toHaveLength(25);
    expect(seen.every((letter) => held.isHeld(letter, 250))).toBe(true);
    expect(await held.putBack()).toBe(0);
    expect(seen.some((letter) => held.isHeld(letter, 0))).toBe(false);
    expect(await rig.depth('dead')).toEqual({ visible: 25, hidden: 0 });
  });

  test('a letter is read whole: attributes of every type, base64, facts; and nothing hostile gets in the way', async () => {
    const rig = await rigWith(0);
    const bytes = Buffer.concat([Buffer.from(syncBody('run-1', 'böse\u0000')), Buffer.from([0])]);
    await rig.putLetters([
      {
        eventId: 'msg_whole',
        group: 'customer-1',
        failure: failureOf(),
        attributes: {
          'received-at': { DataType: 'String', StringValue: '1795000000000' },
          count: { DataType: 'Number.int', StringValue: '7' },
          picture: { DataType: 'Binary.png', BinaryValue: new Uint8Array([0, 255, 128]) },
        },
      },
      {
        eventId: 'msg_base64',
        body: bytes.toString('base64'),
        attributes: { 'body-encoding': { DataType: 'String', StringValue: 'base64' } },
      },
      {
        eventId: 'no/such.id',
        body: '{"webhook_event_type":{},"customer_id":7',
        failure: '{"reason":"permanent"',
      },
      {
        body: '[]',
        failure: JSON.stringify({ ...failureOf(), handlers: [{ handler: 'x', error: { a: 1 } }] }),
      },
      { body: 'null', failure: '{"__proto__":{"reason":"permanent"}}' },
      { body: '"text"', failure: '[]' },
      { body: '1', failure: JSON.stringify({ ...failureOf(), reason: 'because' }) },
    ]);
    const { letters } = await lookAtDeadLetters(rig.target, { signal: never });
    const whole = letters.find(({ eventId }) => eventId === 'msg_whole');
    expect(whole).toMatchObject({
      body: syncBody('run-1'),
      messageGroupId: 'customer-1',
      eventType: 'sync.complete',
      customerId: 'customer-1',
      providerName: 'hubspot',
      bodySha256: sha256(syncBody('run-1')),
      failure: failureOf(),
      receivedAtMs: 1_795_000_000_000,
      receiveCount: 1,
    });
    expect(whole?.attributes['count']).toMatchObject({ DataType: 'Number.int', StringValue: '7' });
    expect(whole?.attributes['picture']).toMatchObject({
      DataType: 'Binary.png',
      BinaryValue: new Uint8Array([0, 255, 128]),
    });
    const base64 = letters.find(({ eventId }) => eventId === 'msg_base64');
    expect(base64?.bodySha256).toBe(sha256(bytes));
    const hostile = letters.filter(({ eventId }) => eventId === undefined);
    expect(hostile).toHaveLength(5);
    expect(
      hostile.every(({ failure, customerId }) => failure === undefined && customerId === undefined),
    ).toBe(true);
  });
});
