import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ConsumerQueue } from '../../lambdas/consumer/queue.ts';
import { EventRouter } from '../../lambdas/router/index.ts';
import {
  type ConsumerHarness,
  createConsumerHarness,
  type HarnessOptions,
  redelivered,
} from '../support/consumer-harness.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { failing, routesOf, type Spy, SYNC_COMPLETE, spy } from './fixtures.ts';

let engines: TestEngines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stopAll());

const ID = 'msg_1';

async function given(handlers: Readonly<Record<string, Spy>>, policy: HarnessOptions['policy'] = {}) {
  const harness = await createConsumerHarness(engines, { routes: routesOf(handlers), policy });
  harness.clock.autoAdvance = true;
  await harness.send(ID, SYNC_COMPLETE);
  const [record] = await harness.receive();
  if (record === undefined) throw new Error('nothing received');
  return { ...harness, record, ledgerRecord: () => harness.dependencies.ledger.read(ID) };
}

const outage = () =>
  Promise.reject(Object.assign(new Error('connect ECONNREFUSED'), { name: 'TimeoutError' }));

/** The table's updates: the n-th (1-based) does as `faults` says, the others go through. */
function faultyUpdates(harness: ConsumerHarness, faults: Readonly<Record<number, 'refuse' | 'lose-answer'>>) {
  let calls = 0;
  harness.breakTable((table) => ({
    ...table,
    async updateItem(input) {
      const fault = faults[++calls];
      if (fault === 'refuse') return outage();
      const answer = await table.updateItem(input);
      return fault === 'lose-answer' ? outage() : answer;
    },
  }));
}

describe('the ledger', () => {
  test('unreachable before the claim: nothing run, returned with a growing delay', async () => {
    const one = spy();
    const given1 = await given({ one });
    given1.breakTable((table) => ({ ...table, updateItem: outage }));
    expect(await given1.run([given1.record])).toEqual([given1.record.messageId]);
    expect(await given1.run([redelivered(given1.record, 3)])).toEqual([given1.record.messageId]);
    expect(one.attempts).toEqual([]);
    expect(given1.sqsCalls.map(({ input }) => input['VisibilityTimeout'])).toEqual([8, 30]);
  });

  test('a claim that was applied, and its answers lost, is withdrawn: it spends no attempt', async () => {
    const one = spy();
    const harness = await given({ one });
    faultyUpdates(harness, { 1: 'lose-answer' });
    expect(await harness.run([harness.record])).toEqual([harness.record.messageId]);
    expect(one.attempts).toEqual([]);
    expect(await harness.ledgerRecord()).toMatchObject({ status: 'FAILED', attempts: 0, attempts_spent: 0 });
    expect(await harness.run([redelivered(harness.record, 2)])).toEqual([]);
    expect(one.attempts).toEqual([1]);
    expect(await harness.ledgerRecord()).toMatchObject({ status: 'COMPLETED', attempts_total: 1 });
  });

  test('unreachable in the last hour of the message: copied with its reason instead of expiring', async () => {
    const harness = await given({ one: spy() });
    harness.breakTable((table) => ({ ...table, updateItem: outage }));
    harness.clock.advance(7 * 86_400_000 - 1_800_000);
    expect(await harness.run([harness.record])).toEqual([]);
    expect((await harness.deadLetters())[0]?.failure).toMatchObject({ reason: 'retention' });
  });

  test('unreachable on the last receive: copied with the outage as its reason', async () => {
    const harness = await given({ one: spy() });
    harness.breakTable((table) => ({ ...table, updateItem: outage }));
    expect(await harness.run([redelivered(harness.record, 50)])).toEqual([]);
    expect((await harness.deadLetters())[0]?.failure).toMatchObject({
      reason: 'receive-limit',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('a final write is repeated until it lands, also when its answer is lost', async () => {
    const one = spy();
    const harness = await given({ one });
    faultyUpdates(harness, { 2: 'refuse', 3: 'refuse', 4: 'lose-answer' });
    expect(await harness.run([harness.record])).toEqual([]);
    expect(one.attempts).toEqual([1]);
    expect(await harness.ledgerRecord()).toMatchObject({ status: 'COMPLETED' });
    // Its own record is no other attempt's, though it holds no token any more.
    expect(harness.counted.map(({ name }) => name)).toEqual(['processed']);
  });

  test('a final write that never lands returns the message; the next attempt finds the lease expired', async () => {
    const one = spy();
    const harness = await given({ one });
    let broken = true;
    harness.breakTable((table) => ({
      ...table,
      updateItem: (input) =>
        broken && input.UpdateExpression?.includes(':completed') === true
          ? outage()
          : table.updateItem(input),
    }));
    expect(await harness.run([harness.record])).toEqual([harness.record.messageId]);
    broken = false;
    harness.clock.advance(60_000);
    expect(await harness.run([redelivered(harness.record)])).toEqual([]);
    expect(one.attempts).toEqual([1, 2]);
    expect(harness.counted.map(({ name }) => name)).toContain('attemptAbandoned');
  });

  test('an early completion that could not be recorded is carried by the final write', async () => {
    let release = () => {};
    const slow = spy(
      () =>
        new Promise<void>((resolve) => {
          release = resolve;
        }),
    );
    const quick = spy();
    const harness = await given({ quick, slow });
    harness.breakTable((table) => ({
      ...table,
      async updateItem(input) {
        const early = Object.values(input.ExpressionAttributeNames ?? {}).includes('quick');
        const final = input.UpdateExpression?.includes('#status') === true;
        if (!early || final) return table.updateItem(input);
        release();
        return outage();
      },
    }));
    expect(await harness.run([harness.record])).toEqual([]);
    expect(await harness.ledgerRecord()).toMatchObject({
      status: 'COMPLETED',
      handlers: { quick: expect.any(Number), slow: expect.any(Number) },
    });
  });
});

describe('ownership', () => {
  test('lost while the handler ran: nothing is written, returned while the other attempt is open', async () => {
    const harness = await given({
      one: spy(async () => {
        await takeOver(harness, 'IN_PROGRESS');
      }),
    });
    expect(await harness.run([harness.record])).toEqual([harness.record.messageId]);
    expect(await harness.ledgerRecord()).toMatchObject({
      status: 'IN_PROGRESS',
      owner: 'successor',
      handlers: {},
    });
  });

  test('lost to an attempt that has COMPLETED: acknowledged', async () => {
    const harness = await given({
      one: spy(async () => {
        await takeOver(harness, 'COMPLETED');
      }),
    });
    expect(await harness.run([harness.record])).toEqual([]);
    expect(await harness.ledgerRecord()).toMatchObject({ status: 'COMPLETED', handlers: {} });
    expect(harness.counted.map(({ name }) => name)).toEqual(['duplicate']);
  });
});

/** A worker whose clock is a minute ahead takes the lease for expired. */
async function takeOver(harness: ConsumerHarness, end: 'IN_PROGRESS' | 'COMPLETED') {
  const { ledger } = harness.dependencies;
  const nowMs = harness.clock.nowMs() + 60_000;
  const record = await ledger.read(ID);
  const facts = {
    eventId: ID,
    bodySha256: record?.body_sha256 ?? '',
    eventType: 'sync.complete',
    receivedAtMs: nowMs,
    sentAtMs: nowMs,
    signedAtSeconds: 1,
  };
  const claim = { eventId: ID, owner: 'successor', leaseExpiresAtMs: nowMs + 40_000, alone: true };
  expect(await ledger.claim(facts, claim, nowMs)).toMatchObject({ outcome: 'claimed' });
  if (end === 'COMPLETED') {
    await ledger.complete(claim, { completed: {}, failedForGood: {}, failures: [], attempts: 1 }, nowMs);
  }
}

describe('dead-lettering', () => {
  test('a copy that is not confirmed is not acknowledged; the next attempt copies without running', async () => {
    const bad = failing(9, () => Object.assign(new Error('for good'), { retryable: false }));
    const harness = await given({ bad });
    const { queue } = harness.dependencies;
    let broken = true;
    const dependencies = {
      ...harness.dependencies,
      queue: {
        ...queue,
        copyToDeadLetters: (...args: Parameters<typeof queue.copyToDeadLetters>) =>
          broken ? outage() : queue.copyToDeadLetters(...args),
      },
    };
    const { processBatch } = await import('../../lambdas/consumer/batch.ts');
    const runWith = (record: typeof harness.record) =>
      processBatch({ Records: [record] }, { deadlineMs: harness.clock.nowMs() + 35_000 }, dependencies);
    expect((await runWith(harness.record)).batchItemFailures).toHaveLength(1);
    broken = false;
    harness.clock.advance(60_000);
    expect((await runWith(redelivered(harness.record))).batchItemFailures).toEqual([]);
    expect(bad.attempts).toEqual([1]);
    const letters = await harness.deadLetters();
    expect(letters.map(({ failure }) => failure)).toMatchObject([
      { reason: 'permanent', handlers: [{ handler: 'bad', message: 'for good' }] },
    ]);
    expect(await harness.ledgerRecord()).toMatchObject({ attempts: 0, dead_letter_reason: 'permanent' });
  });

  test('with no way to copy, the message waits longer from receive to receive', async () => {
    const gone = failing(9, () => Object.assign(new Error('for good'), { retryable: false }));
    const harness = await given({ gone });
    const { queue } = harness.dependencies;
    const { processBatch } = await import('../../lambdas/consumer/batch.ts');
    for (const receives of [1, 2, 4]) {
      await processBatch(
        { Records: [redelivered(harness.record, receives)] },
        { deadlineMs: harness.clock.nowMs() + 35_000 },
        { ...harness.dependencies, queue: { ...queue, copyToDeadLetters: outage } },
      );
      harness.clock.advance(60_000);
    }
    expect(harness.sqsCalls.map(({ input }) => input['VisibilityTimeout'])).toEqual([8, 15, 60]);
  });

  test('on the last receive, with no way to copy, the message is left on the queue', async () => {
    const harness = await given({ bad: failing(9, () => new Error('no')) });
    const queue = { ...harness.dependencies.queue, copyToDeadLetters: outage };
    const { processBatch } = await import('../../lambdas/consumer/batch.ts');
    const answer = await processBatch(
      { Records: [redelivered(harness.record, 50)] },
      { deadlineMs: harness.clock.nowMs() + 35_000 },
      { ...harness.dependencies, queue },
    );
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: harness.record.messageId }]);
    expect(harness.lines.map(({ message }) => message)).toContain('message left to its visibility timeout');
  });

  test('a copy whose release is not recorded is not acknowledged', async () => {
    const harness = await given({
      bad: failing(9, () => Object.assign(new Error('x'), { retryable: false })),
    });
    harness.breakTable((table) => ({
      ...table,
      updateItem: (input) =>
        input.UpdateExpression?.startsWith('SET attempts = :zero') === true
          ? outage()
          : table.updateItem(input),
    }));
    expect(await harness.run([harness.record])).toEqual([harness.record.messageId]);
  });
});

describe('a batch', () => {
  test('each record is settled on its own: good, failing, poison and duplicate together', async () => {
    const one = spy();
    const harness = await createConsumerHarness(engines, { routes: routesOf({ one }) });
    await harness.send('msg_good', SYNC_COMPLETE);
    await harness.send('msg_poison', 'not json');
    await harness.send(undefined, SYNC_COMPLETE);
    await harness.send('msg_good', SYNC_COMPLETE);
    const records = await harness.receive();
    expect(records).toHaveLength(4);
    const returned = await harness.run(records);
    // The twin of msg_good meets a live lease: deferred, not lost.
    expect(returned).toHaveLength(1);
    expect(one.attempts).toEqual([1]);
    expect((await harness.deadLetters()).map(({ failure }) => failure.reason).sort()).toEqual([
      'invalid-json',
      'no-event-id',
    ]);
  });

  test('an error of the framework fails that record alone', async () => {
    const one = spy();
    const harness = await createConsumerHarness(engines, { routes: routesOf({ one }) });
    await harness.send('msg_good', SYNC_COMPLETE);
    await harness.send('msg_bad', SYNC_COMPLETE);
    const records = await harness.receive();
    const hostile = records.map((record) =>
      record.messageAttributes['svix-id']?.stringValue === 'msg_bad'
        ? Object.defineProperty({ ...record }, 'body', {
            get() {
              throw new Error('a bug of ours');
            },
          })
        : record,
    );
    const returned = await harness.run(hostile);
    expect(returned).toHaveLength(1);
    expect(harness.lines.map(({ message }) => message)).toContain('message not settled');
    expect(await harness.dependencies.ledger.read('msg_good')).toMatchObject({ status: 'COMPLETED' });
  });

  test('an error of the framework in the last hours of a message copies it instead of letting it expire', async () => {
    const harness = await given({ one: spy() });
    let reads = 0;
    const hostile = Object.defineProperty({ ...harness.record }, 'body', {
      get() {
        reads += 1;
        if (reads === 1) throw new Error('a bug of ours');
        return SYNC_COMPLETE;
      },
    });
    harness.clock.advance(7 * 86_400_000 - 1_800_000);
    expect(await harness.run([hostile])).toEqual([]);
    expect((await harness.deadLetters())[0]?.failure).toMatchObject({
      reason: 'retention',
      message: expect.stringContaining('a bug of ours'),
    });
  });

  test('fifty deliveries of one event at once run its handlers once each', async () => {
    const [one, two] = [spy(), spy()];
    const harness = await createConsumerHarness(engines, { routes: routesOf({ one, two }) });
    for (let index = 0; index < 50; index += 1) await harness.send(ID, SYNC_COMPLETE);
    const batches = await Promise.all([1, 2, 3, 4, 5].map(() => harness.receive()));
    await Promise.all(batches.map((records) => harness.run(records)));
    expect(one.attempts).toEqual([1]);
    expect(two.attempts).toEqual([1]);
    harness.clock.advance(60_000);
    const again = batches.flat().map((record) => redelivered(record));
    expect(await harness.run(again)).toEqual([]);
    expect([...one.attempts, ...two.attempts]).toEqual([1, 1]);
    expect(await harness.depth()).toBe(0);
  });
});

describe('a schema of the user', () => {
  const withSchema = async (validate: (harness: ConsumerHarness) => Promise<never>) => {
    const schema = {
      '~standard': { version: 1, vendor: 'test', validate: (_: unknown) => validate(harness) },
    } as const;
    const handler = spy();
    const routes = new EventRouter().define('example.own', schema).on('example.own', 'own', handler.handler);
    const harness = await createConsumerHarness(engines, { routes });
    await harness.send(ID, '{"webhook_event_type":"example.own"}');
    const records = await harness.receive();
    expect(await harness.run(records)).toHaveLength(1);
    expect(handler.attempts).toEqual([]);
    return harness.dependencies.ledger.read(ID);
  };

  test('that throws is retried', async () => {
    const record = await withSchema(async () => {
      throw new Error('cannot reach the registry');
    });
    expect(record).toMatchObject({
      status: 'FAILED',
      failures: [{ handler: '-', message: 'cannot reach the registry', retryable: true }],
    });
  });

  test('that takes the handlers’ whole time is retried, and says so', async () => {
    const record = await withSchema((harness) => {
      queueMicrotask(() => harness.clock.advance(30_000));
      return new Promise<never>(() => {});
    });
    expect(record).toMatchObject({ status: 'FAILED', failures: [{ handler: '-', code: 'timeout' }] });
  });
});

describe('an attempt that died without a record', () => {
  /** Claims the event as an attempt that is never heard of again, and lets its lease run out. */
  async function die(harness: ConsumerHarness, eventId: string, alone: boolean) {
    const nowMs = harness.clock.nowMs();
    const { createHash } = await import('node:crypto');
    const bodySha256 = createHash('sha256').update(SYNC_COMPLETE).digest('hex');
    const facts = {
      eventId,
      bodySha256,
      eventType: 'sync.complete',
      receivedAtMs: nowMs,
      sentAtMs: nowMs,
      signedAtSeconds: 1,
    };
    const claim = { eventId, owner: `dead-${nowMs}`, leaseExpiresAtMs: nowMs + 1_000, alone };
    expect(await harness.dependencies.ledger.claim(facts, claim, nowMs)).toMatchObject({
      outcome: 'claimed',
    });
    harness.clock.advance(1_000);
  }

  test('in company, as often as it likes: a neighbour may have killed it, its budget is whole', async () => {
    const one = spy();
    const harness = await given({ one });
    for (let death = 0; death < 5; death += 1) await die(harness, ID, false);
    expect(await harness.run([harness.record])).toEqual([]);
    expect(one.attempts).toEqual([1]);
    expect(await harness.ledgerRecord()).toMatchObject({ status: 'COMPLETED', attempts_total: 6 });
  });

  test('alone, as often as the budget allows: it is the killer', async () => {
    const one = spy();
    const harness = await given({ one });
    for (let death = 0; death < 3; death += 1) await die(harness, ID, true);
    expect(await harness.run([harness.record])).toEqual([]);
    expect(one.attempts).toEqual([]);
    expect((await harness.deadLetters())[0]?.failure).toMatchObject({ reason: 'abandoned', attempts: 4 });
  });

  test('in a batch it runs when its neighbours are settled, one after another', async () => {
    const log: string[] = [];
    const routes = new EventRouter().on('sync.complete', 'one', async ({ eventId }) => {
      const record = await harness.dependencies.ledger.read(eventId);
      log.push(`${eventId} starts, ${record?.attempts_spent} spent`);
      const others = await Promise.all(
        ['msg_fine', 'msg_suspect_1', 'msg_suspect_2'].map((id) => harness.dependencies.ledger.read(id)),
      );
      log.push(`${others.filter((other) => other?.status === 'COMPLETED').length} completed`);
    });
    const harness = await createConsumerHarness(engines, { routes });
    await die(harness, 'msg_suspect_1', false);
    await die(harness, 'msg_suspect_2', false);
    for (const id of ['msg_suspect_1', 'msg_suspect_2', 'msg_fine']) await harness.send(id, SYNC_COMPLETE);
    expect(await harness.run(await harness.receive())).toEqual([]);
    expect(log[0]).toBe('msg_fine starts, 0 spent');
    expect(log.filter((line) => line.includes('suspect'))).toEqual([
      expect.stringContaining('starts, 1 spent'),
      expect.stringContaining('starts, 1 spent'),
    ]);
    expect(log.filter((line) => line.includes('completed'))).toEqual([
      '0 completed',
      '1 completed',
      '2 completed',
    ]);
  });

  test('is given back uncounted when its neighbours leave it no time', async () => {
    const slow = spy(() => harness.clock.advance(29_000));
    const harness = await createConsumerHarness(engines, { routes: routesOf({ slow }) });
    harness.breakTable((table) => ({
      ...table,
      updateItem: (input) => {
        if (input.UpdateExpression?.includes(':completed') === true) harness.clock.advance(2_000);
        return table.updateItem(input);
      },
    }));
    await die(harness, 'msg_suspect', false);
    await harness.send('msg_suspect', SYNC_COMPLETE);
    await harness.send('msg_slow', SYNC_COMPLETE);
    expect(await harness.run(await harness.receive())).toHaveLength(1);
    expect(slow.attempts).toEqual([1]);
    expect(await harness.dependencies.ledger.read('msg_suspect')).toMatchObject({ attempts_spent: 0 });
  });
});

describe('the deadline', () => {
  test('a slow handler is aborted, fails alone, and its sibling is recorded', async () => {
    const slow = spy(
      (_, signal) =>
        new Promise<void>((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
          harness.clock.advance(30_000);
        }),
    );
    const quick = spy();
    const harness = await given({ quick, slow });
    expect(await harness.run([harness.record])).toEqual([harness.record.messageId]);
    expect(await harness.ledgerRecord()).toMatchObject({
      status: 'FAILED',
      handlers: { quick: expect.any(Number) },
      failures: [{ handler: 'slow', error: 'HandlerTimeoutError', code: 'timeout', retryable: true }],
    });
  });

  test('a handler whose time has passed before it could start is not started', async () => {
    const late = spy();
    const harness = await given({ late });
    let slowMs = 30_000;
    harness.breakTable((table) => ({
      ...table,
      async updateItem(input) {
        const answer = await table.updateItem(input);
        harness.clock.advance(slowMs);
        return answer;
      },
    }));
    expect(await harness.run([harness.record])).toEqual([harness.record.messageId]);
    expect(late.attempts).toEqual([]);
    slowMs = 0;
    harness.clock.advance(60_000);
    expect(await harness.run([redelivered(harness.record)])).toEqual([]);
    expect(late.attempts).toHaveLength(1);
  });

  test('a handler that ignores its signal keeps its successor out until the lease ends', async () => {
    let finish = () => {};
    const stubborn = spy(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
          queueMicrotask(() => harness.clock.advance(30_000));
          setImmediate(() => harness.clock.advance(1_000));
        }),
    );
    const harness = await given({ stubborn });
    const startedMs = harness.clock.nowMs();
    expect(await harness.run([harness.record])).toEqual([harness.record.messageId]);
    const record = await harness.ledgerRecord();
    expect(record).toMatchObject({ status: 'FAILED', failures: [{ error: 'HandlerTimeoutError' }] });
    expect(record?.not_before_ms).toBeGreaterThanOrEqual(startedMs + 40_000);
    finish();
    while ((await harness.ledgerRecord())?.handlers['stubborn'] === undefined) {
      // Each read waits for the engine; the loop ends when the late completion is recorded.
    }
  });

  test('a handler that ignores its signal keeps a redrive out until the lease ends, too', async () => {
    const stubborn = spy(
      () =>
        new Promise<void>(() => {
          queueMicrotask(() => harness.clock.advance(30_000));
          setImmediate(() => harness.clock.advance(1_000));
        }),
    );
    const harness = await given({ stubborn }, { maxAttempts: 1 });
    const startedMs = harness.clock.nowMs();
    expect(await harness.run([harness.record])).toEqual([]);
    const record = await harness.ledgerRecord();
    expect(record).toMatchObject({ attempts: 0, dead_letter_reason: 'attempts-exhausted' });
    expect(record?.not_before_ms).toBeGreaterThanOrEqual(startedMs + 40_000);
    const SentTimestamp = String(harness.clock.nowMs());
    const redriven = { ...harness.record, attributes: { ...harness.record.attributes, SentTimestamp } };
    expect(await harness.run([redriven])).toEqual([redriven.messageId]);
    expect(stubborn.attempts).toEqual([1]);
  });

  test('a record that hangs on a call of AWS does not cost its siblings their answer', async () => {
    const harness = await createConsumerHarness(engines, { routes: routesOf({ one: spy() }) });
    harness.breakTable((table) => ({
      ...table,
      updateItem: (input) =>
        input.Key?.['event_id']?.S === 'msg_hangs' ? new Promise(() => {}) : table.updateItem(input),
    }));
    await harness.send('msg_hangs', SYNC_COMPLETE);
    await harness.send('msg_good', SYNC_COMPLETE);
    const records = await harness.receive();
    const running = harness.run(records);
    while ((await harness.dependencies.ledger.read('msg_good'))?.status !== 'COMPLETED') {
      // Each read waits for the engine; the loop ends when the sibling is recorded.
    }
    harness.clock.advance(35_000);
    expect(await running).toHaveLength(1);
  });

  test('a call that hangs is ended by the answer, so that a thawed function does not retry it', async () => {
    const harness = await given({ flaky: failing(1, () => new Error('again')) });
    let signal: AbortSignal | undefined;
    const hanging: ConsumerQueue['hide'] = (_handle, _seconds, given) => {
      signal = given;
      queueMicrotask(() => harness.clock.advance(35_000));
      return new Promise(() => {});
    };
    const { processBatch } = await import('../../lambdas/consumer/batch.ts');
    const answer = await processBatch(
      { Records: [harness.record] },
      { deadlineMs: harness.clock.nowMs() + 35_000 },
      { ...harness.dependencies, queue: { ...harness.dependencies.queue, hide: hanging } },
    );
    expect(answer.batchItemFailures).toHaveLength(1);
    expect(signal?.aborted).toBe(true);
  });

  test('what goes on after the answer, in a thawed function, copies nothing', async () => {
    const bad = failing(9, () => Object.assign(new Error('for good'), { retryable: false }));
    const harness = await given({ bad });
    let thaw = () => {};
    const frozen = new Promise<void>((resolve) => {
      thaw = resolve;
    });
    let reached = () => {};
    const atTheTable = new Promise<void>((resolve) => {
      reached = resolve;
    });
    let waiting = true;
    harness.breakTable((table) => ({
      ...table,
      async updateItem(input) {
        const answer = await table.updateItem(input);
        if (waiting && input.UpdateExpression?.includes('dead_letter_reason = ') === true) {
          waiting = false;
          reached();
          await frozen;
        }
        return answer;
      },
    }));
    const running = harness.run([harness.record]);
    await atTheTable;
    harness.clock.advance(35_000);
    expect(await running).toEqual([harness.record.messageId]);
    thaw();
    while (!harness.lines.some(({ message }) => message === 'message not settled')) {
      // Each read waits for the engine; the loop ends when the thawed attempt has given up.
      await harness.ledgerRecord();
    }
    expect(harness.sqsCalls).toEqual([]);
    expect(await harness.ledgerRecord()).toMatchObject({ attempts: 1, dead_letter_reason: 'permanent' });
    harness.clock.advance(60_000);
    expect(await harness.run([redelivered(harness.record)])).toEqual([]);
    expect(await harness.deadLetters()).toHaveLength(1);
  });
});
