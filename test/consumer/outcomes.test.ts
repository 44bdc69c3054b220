import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import type { RetryPolicy } from '../../lambdas/consumer/policy.ts';
import { EventRouter, NonRetryableError, NotYetError, RetryAfterError } from '../../lambdas/router/index.ts';
import { createConsumerHarness, redelivered } from '../support/consumer-harness.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { failing, routesOf, type Spy, SYNC_COMPLETE, spy } from './fixtures.ts';

let engines: TestEngines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stopAll());

const ID = 'msg_1';

/** One `sync.complete` on the queue, received once. */
async function given(handlers: Readonly<Record<string, Spy>>, policy: Partial<RetryPolicy> = {}) {
  const harness = await createConsumerHarness(engines, { routes: routesOf(handlers), policy });
  await harness.send(ID, SYNC_COMPLETE, { 'received-at': String(harness.clock.nowMs() - 20) });
  const [record] = await harness.receive();
  if (record === undefined) throw new Error('nothing received');
  const ledgerRecord = () => harness.dependencies.ledger.read(ID);
  /** Moves past the backoff and delivers the message once more. */
  const deliverAgain = async (message = record) => {
    const { not_before_ms = 0, lease_expires_at_ms = 0 } = (await ledgerRecord()) ?? {};
    const untilMs = Math.max(not_before_ms, lease_expires_at_ms);
    harness.clock.advance(Math.max(0, untilMs - harness.clock.nowMs()));
    return harness.run([redelivered(message)]);
  };
  return { ...harness, record, ledgerRecord, deliverAgain };
}

const names = (counted: readonly { readonly name: string }[]) => counted.map(({ name }) => name);
const hides = (calls: readonly { readonly name: string; readonly input: Record<string, unknown> }[]) =>
  calls
    .filter(({ name }) => name === 'ChangeMessageVisibilityCommand')
    .map(({ input }) => input['VisibilityTimeout']);

describe('all handlers completed', () => {
  test('COMPLETED and acknowledged, with no SQS call and the latency counted', async () => {
    const one = spy();
    const { run, record, ledgerRecord, depth, counted, sqsCalls, lines } = await given({ one });
    expect(await run([record])).toEqual([]);
    expect(await ledgerRecord()).toMatchObject({
      status: 'COMPLETED',
      handlers: { one: expect.any(Number) },
    });
    expect(await depth()).toBe(0);
    expect(names(counted)).toEqual(['processed']);
    expect(sqsCalls).toEqual([]);
    expect(lines).toEqual([]);
  });
});

describe('a retryable failure, attempts left', () => {
  test('FAILED until the backoff, hidden as long, returned; what completed does not run again', async () => {
    const good = spy();
    const bad = failing(1, () => new Error('database is away'));
    const { run, record, ledgerRecord, deliverAgain, clock, counted, sqsCalls, lines } = await given({
      good,
      bad,
    });
    const startedMs = clock.nowMs();
    expect(await run([record])).toEqual([record.messageId]);
    // d = 10 s, random 0.5: d/2 + d/4.
    expect(await ledgerRecord()).toMatchObject({
      status: 'FAILED',
      not_before_ms: startedMs + 7_500,
      handlers: { good: expect.any(Number) },
      failures: [
        { attempt: 1, handler: 'bad', error: 'Error', message: 'database is away', retryable: true },
      ],
    });
    expect(hides(sqsCalls)).toEqual([8]);
    expect(lines).toMatchObject([{ level: 'warn', keys: { event_id: ID, handler: 'bad' } }]);
    expect(await deliverAgain()).toEqual([]);
    expect(good.attempts).toEqual([1]);
    expect(bad.attempts).toEqual([1, 2]);
    expect(await ledgerRecord()).toMatchObject({ status: 'COMPLETED', attempts: 2 });
    expect(names(counted)).toEqual(['retried', 'processed']);
  });

  test('RetryAfterError overrides the backoff and the longest wins', async () => {
    const short = failing(1, () => new RetryAfterError(30));
    const long = failing(1, () => new RetryAfterError(3_600));
    const { run, record, ledgerRecord, clock, sqsCalls } = await given({ short, long });
    const startedMs = clock.nowMs();
    await run([record]);
    expect(await ledgerRecord()).toMatchObject({ not_before_ms: startedMs + 3_600_000 });
    expect(hides(sqsCalls)).toEqual([3_600]);
  });

  test('a delay is clamped to eleven hours and to one second', async () => {
    const long = await given({ a: failing(1, () => new RetryAfterError(86_400)) });
    await long.run([long.record]);
    expect(hides(long.sqsCalls)).toEqual([39_600]);
    const short = await given({ a: failing(1, () => new RetryAfterError(0)) });
    await short.run([short.record]);
    expect(hides(short.sqsCalls)).toEqual([1]);
  });

  test('is returned also when the visibility cannot be changed', async () => {
    const { run, record, dependencies, lines } = await given({ bad: failing(1, () => new Error('no')) });
    const broken = { ...record, receiptHandle: 'not-a-handle' };
    expect(await run([broken])).toEqual([record.messageId]);
    expect(lines.map(({ message }) => message)).toContain('visibility not changed');
    expect(await dependencies.ledger.read(ID)).toMatchObject({ status: 'FAILED' });
  });
});

test('maxAttempts reached: FAILED, copied with every attribute and the reason, acknowledged', async () => {
  const bad = spy(() => {
    throw new Error('still broken');
  });
  const { run, record, deliverAgain, ledgerRecord, deadLetters, depth, counted } = await given({ bad });
  await run([record]);
  await deliverAgain();
  expect(await deliverAgain()).toEqual([]);
  expect(bad.attempts).toEqual([1, 2, 3]);
  const [letter] = await deadLetters();
  expect(letter?.failure).toMatchObject({
    reason: 'attempts-exhausted',
    attempts: 3,
    handlers: [{ handler: 'bad', error: 'Error', message: 'still broken', retryable: true }],
  });
  expect(letter?.failure.handlers[0]?.stack).toContain('outcomes.test');
  expect(letter?.message.Body).toBe(SYNC_COMPLETE);
  expect(letter?.message.Attributes?.['MessageGroupId']).toBe('customer-1');
  expect(Object.keys(letter?.message.MessageAttributes ?? {}).sort()).toEqual([
    'failure',
    'received-at',
    'svix-id',
  ]);
  expect(await ledgerRecord()).toMatchObject({
    status: 'FAILED',
    attempts: 0,
    attempts_total: 3,
    dead_letter_reason: 'attempts-exhausted',
  });
  expect(await depth()).toBe(0);
  expect(counted.at(-1)).toEqual({ name: 'deadLettered', reason: 'attempts-exhausted' });
});

describe('what a handler is given', () => {
  test('is one frozen event: who assigns to it fails alone, and changes nothing for its siblings', async () => {
    const seen: unknown[] = [];
    const routes = new EventRouter()
      .on('sync.complete', 'assigns', ({ event }) => {
        Object.assign(event, { customer_id: 'another' });
      })
      .on('sync.complete', 'looks', async ({ event }) => {
        await Promise.resolve();
        seen.push(event.customer_id);
      });
    const harness = await createConsumerHarness(engines, { routes });
    await harness.send(ID, SYNC_COMPLETE);
    const [record] = await harness.receive();
    if (record === undefined) throw new Error('nothing received');
    expect(await harness.run([record])).toEqual([record.messageId]);
    expect(seen).toEqual(['example-customer']);
    const after = await harness.dependencies.ledger.read(ID);
    expect(Object.keys(after?.handlers ?? {})).toEqual(['looks']);
    expect(after?.failures).toMatchObject([{ handler: 'assigns', error: 'TypeError' }]);
  });

  test('notes a sentence, which the ledger keeps with the completion', async () => {
    const routes = new EventRouter()
      .on('sync.complete', 'quiet', () => {})
      .on('sync.complete', 'notes', ({ note }) => {
        note('first');
        note(`second\u0000 ${'x'.repeat(600)}`);
      });
    const harness = await createConsumerHarness(engines, { routes });
    await harness.send(ID, SYNC_COMPLETE);
    expect(await harness.run(await harness.receive())).toEqual([]);
    const { status, notes = {} } = (await harness.dependencies.ledger.read(ID)) ?? {};
    expect(status).toBe('COMPLETED');
    expect(Object.keys(notes)).toEqual(['notes']);
    expect(notes['notes']).toMatch(/^second {2}x+…$/);
    expect(notes['notes']).toHaveLength(500);
  });
});

describe('what is not done yet', () => {
  test('is no failure: no attempt is counted, what completed is kept, and it comes back when it said', async () => {
    const good = spy();
    const waiting = failing(2, () => new NotYetError(7));
    const { run, record, ledgerRecord, deliverAgain, counted, sqsCalls, lines } = await given({
      good,
      waiting,
    });
    expect(await run([record])).toEqual([record.messageId]);
    expect(await ledgerRecord()).toMatchObject({
      attempts: 0,
      attempts_total: 0,
      failures: [],
      handlers: { good: expect.any(Number) },
    });
    expect(hides(sqsCalls)).toEqual([7]);
    expect(names(counted)).toEqual(['deferred']);
    expect(lines.filter(({ level }) => level !== 'info')).toEqual([]);
    expect(await deliverAgain()).toEqual([record.messageId]);
    expect(await deliverAgain()).toEqual([]);
    expect(await ledgerRecord()).toMatchObject({ status: 'COMPLETED', attempts_total: 1 });
    expect(good.attempts).toEqual([1]);
    expect(waiting.attempts).toEqual([1, 1, 1]);
  });

  test('beside a failure the attempt counts, and only the failure is recorded', async () => {
    const bad = failing(1, () => new Error('database is away'));
    const waiting = failing(1, () => new NotYetError(7));
    const { run, record, ledgerRecord, deliverAgain, sqsCalls } = await given({ bad, waiting });
    expect(await run([record])).toEqual([record.messageId]);
    // Half of ten seconds, and half of the rest by chance: the backoff of the failure.
    expect(hides(sqsCalls)).toEqual([8]);
    const after = await ledgerRecord();
    expect(after).toMatchObject({ status: 'FAILED', attempts: 1 });
    expect(after?.failures.map(({ handler }) => handler)).toEqual(['bad']);
    expect(await deliverAgain()).toEqual([]);
  });

  test('beside a handler that failed for good it is waited for before the letter', async () => {
    const gone = failing(9, () => new NonRetryableError('no such customer'));
    const waiting = failing(1, () => new NotYetError(7));
    const { run, record, deliverAgain, deadLetters } = await given({ gone, waiting });
    expect(await run([record])).toEqual([record.messageId]);
    expect(await deadLetters()).toEqual([]);
    expect(await deliverAgain()).toEqual([]);
    expect(gone.attempts).toEqual([1]);
    expect(waiting.attempts).toEqual([1, 2]);
    expect(
      (await deadLetters()).map(({ failure }) => failure.handlers.map(({ handler }) => handler)),
    ).toEqual([['gone']]);
  });
});

test('the ledger keeps the last ten failures, the latest last', async () => {
  const bad = spy((run) => {
    throw new Error(`failure ${run}`);
  });
  const { run, record, deliverAgain, ledgerRecord } = await given({ bad }, { maxAttempts: 12 });
  await run([record]);
  for (let attempt = 2; attempt <= 12; attempt++) await deliverAgain();
  const { failures = [] } = (await ledgerRecord()) ?? {};
  expect(failures.map(({ attempt }) => attempt)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(failures.map(({ message }) => message)).toEqual(failures.map(({ attempt }) => `failure ${attempt}`));
});

test.each([
  ['in the last attempt', 2],
  ['in the attempt before', 1],
])('a handler that failed and then completed, %s, is not named on the letter', async (_, failures) => {
  const mended = failing(failures, () => new Error('mended since'));
  const bad = failing(9, () => new Error('for ever'));
  const { run, record, deliverAgain, deadLetters } = await given({ mended, bad });
  await run([record]);
  await deliverAgain();
  expect(await deliverAgain()).toEqual([]);
  const [letter] = await deadLetters();
  expect(letter?.failure.handlers.map(({ handler }) => handler)).toEqual(['bad']);
});

describe('permanent failures', () => {
  test('the one that failed for good is not run again while the others are retried, then all are listed', async () => {
    const gone = spy(() => {
      throw new NonRetryableError('no such customer', { code: 'gone' });
    });
    const flaky = failing(1, () => new Error('later'));
    const { run, record, deliverAgain, deadLetters, ledgerRecord } = await given({ gone, flaky });
    expect(await run([record])).toEqual([record.messageId]);
    expect(await deliverAgain()).toEqual([]);
    expect(gone.attempts).toEqual([1]);
    expect(flaky.attempts).toEqual([1, 2]);
    const [letter] = await deadLetters();
    expect(letter?.failure).toMatchObject({
      reason: 'permanent',
      attempts: 2,
      handlers: [{ handler: 'gone', error: 'NonRetryableError', code: 'gone', retryable: false }],
    });
    expect(letter?.failure.handlers).toHaveLength(1);
    expect(await ledgerRecord()).toMatchObject({ status: 'FAILED', handlers: { flaky: expect.any(Number) } });
  });

  test('a redrive runs the failed handler with a full budget and never the completed one', async () => {
    const gone = failing(1, () => new NonRetryableError('not yet'));
    const done = spy();
    const { run, record, clock, ledgerRecord, send, receive } = await given({ gone, done });
    expect(await run([record])).toEqual([]);
    clock.advance(1_000);
    await send(ID, SYNC_COMPLETE);
    expect(await run(await receive())).toEqual([]);
    expect(gone.attempts).toEqual([1, 1]);
    expect(done.attempts).toEqual([1]);
    expect(await ledgerRecord()).toMatchObject({ status: 'COMPLETED', attempts: 1, attempts_total: 2 });
  });

  test('a mark of an earlier budget does not stop a handler in a later one', async () => {
    const changing = spy((run) => {
      if (run === 1) throw new NonRetryableError('for good, then');
      if (run === 2) throw new Error('retryable now');
    });
    const { run, record, deliverAgain, clock, send, receive, ledgerRecord } = await given({ changing });
    await run([record]);
    clock.advance(1_000);
    await send(ID, SYNC_COMPLETE);
    const [redriven] = await receive();
    await run([redriven as SQSRecord]);
    await deliverAgain(redriven);
    expect(changing.attempts).toEqual([1, 1, 2]);
    expect(await ledgerRecord()).toMatchObject({ status: 'COMPLETED' });
  });

  test.each([
    ['a body that is not JSON', 'not json {', 'invalid-json'],
    ['a body that its schema refuses', '{"webhook_event_type":"sync.complete"}', 'invalid-payload'],
  ])('%s is dead-lettered at once and its ledger record says so', async (_, body, reason) => {
    const one = spy();
    const harness = await createConsumerHarness(engines, { routes: routesOf({ one }) });
    await harness.send(ID, body);
    expect(await harness.run(await harness.receive())).toEqual([]);
    expect(one.attempts).toEqual([]);
    const [letter] = await harness.deadLetters();
    expect(letter?.failure).toMatchObject({ reason, handlers: [], attempts: 1 });
    expect(await harness.dependencies.ledger.read(ID)).toMatchObject({
      status: 'FAILED',
      dead_letter_reason: reason,
      failures: [{ code: reason, retryable: false }],
    });
  });
});

test('a delay that would outlive the message: copied with reason retention', async () => {
  const { run, record, deadLetters, clock } = await given({
    bad: failing(9, () => new RetryAfterError(7_200)),
  });
  clock.advance(7 * 86_400_000 - 3 * 3_600_000 + 60_000);
  expect(await run([record])).toEqual([]);
  expect((await deadLetters())[0]?.failure).toMatchObject({ reason: 'retention' });
});

test('the last receive before SQS would move it: copied with its reason', async () => {
  const { run, record, deadLetters } = await given({ bad: failing(9, () => new Error('no')) });
  expect(await run([redelivered(record, 50)])).toEqual([]);
  expect((await deadLetters())[0]?.failure).toMatchObject({
    reason: 'receive-limit',
    handlers: [{ handler: 'bad' }],
  });
});

test('a duplicate of a completed event is acknowledged and runs nothing', async () => {
  const one = spy();
  const { run, record, send, receive, counted, depth } = await given({ one });
  await run([record]);
  await send(ID, SYNC_COMPLETE);
  expect(await run(await receive())).toEqual([]);
  expect(one.attempts).toEqual([1]);
  expect(names(counted)).toEqual(['processed', 'duplicate']);
  expect(await depth()).toBe(0);
});

test('a live lease defers until its end', async () => {
  const { run, record, dependencies, clock, counted, sqsCalls } = await given({ one: spy() });
  const facts = {
    eventId: ID,
    bodySha256: '',
    eventType: 'x',
    receivedAtMs: 0,
    sentAtMs: 1,
    signedAtSeconds: 1,
  };
  const { createHash } = await import('node:crypto');
  const bodySha256 = createHash('sha256').update(SYNC_COMPLETE).digest('hex');
  const claim = { eventId: ID, owner: 'somebody', leaseExpiresAtMs: clock.nowMs() + 12_300, alone: true };
  await dependencies.ledger.claim({ ...facts, bodySha256 }, claim, clock.nowMs());
  expect(await run([record])).toEqual([record.messageId]);
  expect(names(counted)).toEqual(['deferred']);
  expect(hides(sqsCalls)).toEqual([13]);
});

test('a backoff that has not passed defers until its end', async () => {
  const { run, record, counted, sqsCalls, clock } = await given({
    bad: failing(1, () => new RetryAfterError(100)),
  });
  await run([record]);
  clock.advance(40_000);
  expect(await run([redelivered(record)])).toEqual([record.messageId]);
  expect(names(counted)).toEqual(['retried', 'deferred']);
  expect(hides(sqsCalls)).toEqual([100, 60]);
});

test('the same id with another body: copied with reason payload-mismatch, the record untouched', async () => {
  const one = spy();
  const { run, record, send, receive, deadLetters, ledgerRecord, counted } = await given({ one });
  await run([record]);
  const before = await ledgerRecord();
  await send(ID, SYNC_COMPLETE.replace('contact', 'account'));
  expect(await run(await receive())).toEqual([]);
  expect((await deadLetters())[0]?.failure).toMatchObject({ reason: 'payload-mismatch' });
  expect(counted.at(-1)).toEqual({ name: 'deadLettered', reason: 'payload-mismatch' });
  expect(await ledgerRecord()).toEqual(before);
  expect(one.attempts).toEqual([1]);
});

test('attempts spent and the last one died: copied with reason abandoned, nothing run', async () => {
  const one = spy();
  const { run, record, dependencies, clock, deadLetters, ledgerRecord, counted } = await given(
    { one },
    { maxAttempts: 1 },
  );
  const { createHash } = await import('node:crypto');
  const bodySha256 = createHash('sha256').update(SYNC_COMPLETE).digest('hex');
  await dependencies.ledger.claim(
    {
      eventId: ID,
      bodySha256,
      eventType: 'sync.complete',
      receivedAtMs: clock.nowMs(),
      sentAtMs: clock.nowMs(),
      signedAtSeconds: 1,
    },
    { eventId: ID, owner: 'dead', leaseExpiresAtMs: clock.nowMs() + 1_000, alone: true },
    clock.nowMs(),
  );
  clock.advance(1_000);
  expect(await run([record])).toEqual([]);
  expect(one.attempts).toEqual([]);
  expect((await deadLetters())[0]?.failure).toMatchObject({ reason: 'abandoned' });
  expect(await ledgerRecord()).toMatchObject({
    attempts: 0,
    dead_letter_reason: 'abandoned',
    failures: [{ attempt: 1, error: 'AttemptAbandoned' }],
  });
  expect(names(counted)).toEqual(['attemptAbandoned', 'deadLettered']);
});

test('no svix-id: copied with its reason, no ledger write', async () => {
  const harness = await createConsumerHarness(engines);
  harness.breakTable(() => ({
    updateItem: () => Promise.reject(new Error('the ledger must not be written')),
    getItem: () => Promise.reject(new Error('the ledger must not be read')),
  }));
  await harness.send(undefined, SYNC_COMPLETE);
  expect(await harness.run(await harness.receive())).toEqual([]);
  expect((await harness.deadLetters())[0]?.failure).toMatchObject({ reason: 'no-event-id' });
  expect(harness.counted).toEqual([{ name: 'deadLettered', reason: 'no-event-id' }]);
});

test('a foreign message with ten attributes makes room for the reason', async () => {
  const harness = await createConsumerHarness(engines);
  const foreign = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`own-${index}`, 'x']));
  await harness.send(undefined, SYNC_COMPLETE, foreign);
  expect(await harness.run(await harness.receive())).toEqual([]);
  expect((await harness.deadLetters())[0]?.failure).toMatchObject({ reason: 'no-event-id' });
});

test('no handler for the type: COMPLETED in one write, counted', async () => {
  const harness = await createConsumerHarness(engines, { routes: new EventRouter() });
  let writes = 0;
  harness.breakTable((table) => ({
    ...table,
    updateItem: (input) => {
      writes += 1;
      return table.updateItem(input);
    },
  }));
  await harness.send(ID, SYNC_COMPLETE);
  expect(await harness.run(await harness.receive())).toEqual([]);
  expect(writes).toBe(1);
  expect(names(harness.counted)).toEqual(['unhandled']);
  expect(await harness.dependencies.ledger.read(ID)).toMatchObject({ status: 'COMPLETED', handlers: {} });
  expect(harness.lines).toEqual([]);
});

test('a body without a type that nothing handles completes, and is said', async () => {
  const harness = await createConsumerHarness(engines, { routes: new EventRouter() });
  await harness.send(ID, JSON.stringify({ result: 'ERROR', error_message: 'the provider answered 401' }));
  expect(await harness.run(await harness.receive())).toEqual([]);
  expect(names(harness.counted)).toEqual(['unhandled']);
  expect(harness.lines).toMatchObject([
    { level: 'warn', message: 'nothing handles a body without webhook_event_type', keys: { event_id: ID } },
  ]);
});

test('onAny sees an event of an unknown type', async () => {
  const any = spy();
  const harness = await createConsumerHarness(engines, {
    routes: new EventRouter().onAny('audit', any.handler),
  });
  await harness.send(ID, '{"webhook_event_type":"brand.new","x":1}');
  expect(await harness.run(await harness.receive())).toEqual([]);
  expect(any.attempts).toEqual([1]);
});

test('a body in base64 is handled as the bytes it stands for', async () => {
  const one = spy();
  const harness = await createConsumerHarness(engines, { routes: routesOf({ one }) });
  const body = Buffer.from(SYNC_COMPLETE).toString('base64');
  await harness.send(ID, body, { 'body-encoding': 'base64' });
  expect(await harness.run(await harness.receive())).toEqual([]);
  expect(one.attempts).toEqual([1]);
});
