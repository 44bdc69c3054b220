import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AnswerCode } from '../../lambdas/contract/http.ts';
import { MAX_FAILURE_BYTES, MessageAttribute } from '../../lambdas/contract/message.ts';
import { catalogue } from '../../lambdas/events/catalogue.ts';
import { samples } from '../../lambdas/events/samples.ts';
import { createIngest, type Ingest } from '../../lambdas/ingest/ingest.ts';
import { createEnqueue } from '../../lambdas/ingest/queue.ts';
import { createSecretSource } from '../../lambdas/ingest/secret-source.ts';
import type { LedgerRecord } from '../../lambdas/ledger/record.ts';
import { EventRouter } from '../../lambdas/router/index.ts';
import { type Spy, SYNC_COMPLETE, spy } from '../consumer/fixtures.ts';
import { SECRET, signedHeaders } from '../ingest/fixtures.ts';
import { type ConsumerHarness, createConsumerHarness } from '../support/consumer-harness.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { type End, PAYLOADS } from './payloads.ts';
import { newId } from './raw-request.ts';

let engines: TestEngines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines.stopAll());

/** Ingest's core, queue, consumer and ledger: as deployed, but for clock, chance and the receiving loop. */
async function startPipeline(routes: EventRouter) {
  const harness = await createConsumerHarness(engines, { routes });
  const ingest = createIngest({
    isAllowedSource: () => true,
    secrets: createSecretSource({ fetchSecret: async () => SECRET, nowMs: Date.now }),
    enqueue: createEnqueue(engines.sqs, harness.queues.queueUrl),
    nowMs: Date.now,
  });
  return { harness, post: (body: string | Uint8Array) => post(ingest, body) };
}

/** Posts a signed body. @returns its svix-id */
async function post(ingest: Ingest, body: string | Uint8Array): Promise<string> {
  const id = newId();
  const timestampSeconds = Math.floor(Date.now() / 1000);
  const outcome = await ingest({
    headers: signedHeaders({ id, timestampSeconds, body }),
    body: Buffer.from(body),
    sourceAddress: '192.0.2.10',
    budgetMs: 5_000,
  });
  expect(outcome.code).toBe(AnswerCode.ACCEPTED);
  return id;
}

/** What became of one event. */
async function endOf(
  { dependencies }: ConsumerHarness,
  id: string,
  letters: ReadonlyMap<string, string>,
): Promise<{ readonly end: End | undefined; readonly record: LedgerRecord | undefined }> {
  const record = await dependencies.ledger.read(id);
  const reason = letters.get(id);
  if (reason !== undefined) expect(record?.dead_letter_reason).toBe(reason);
  const end = reason ?? (record?.status === 'COMPLETED' ? record.status : undefined);
  return { end: end as End | undefined, record };
}

/** svix-id → reason of the dead letters that are there. */
async function takeLetters({ deadLetters }: ConsumerHarness): Promise<Map<string, string>> {
  const reasons = new Map<string, string>();
  for (let letters = await deadLetters(); letters.length > 0; letters = await deadLetters()) {
    for (const { message, failure } of letters) {
      const attributes = message.MessageAttributes ?? {};
      const text = attributes[MessageAttribute.FAILURE]?.StringValue ?? '';
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_FAILURE_BYTES);
      reasons.set(attributes[MessageAttribute.SVIX_ID]?.StringValue ?? '', failure.reason);
    }
  }
  return reasons;
}

describe('signed and hostile, each batch with a good event among them', () => {
  let good: Spy;
  let harness: ConsumerHarness;
  let letters: Map<string, string>;
  const ids = new Map<string, string>();
  const goodIds: string[] = [];
  const batches: (readonly string[])[] = [];
  const prototypeBefore = Object.getOwnPropertyNames(Object.prototype);

  beforeAll(async () => {
    good = spy();
    const routes = new EventRouter()
      .on('sync.complete', 'good', good.handler)
      .onAny('audit', () => undefined);
    const pipeline = await startPipeline(routes);
    harness = pipeline.harness;
    for (const [index, [name, body]] of PAYLOADS.entries()) {
      if (index % 9 === 0) goodIds.push(await pipeline.post(SYNC_COMPLETE));
      ids.set(name, await pipeline.post(body));
    }
    for (let left = PAYLOADS.length + goodIds.length; left > 0; ) {
      const records = await harness.receive();
      batches.push(await harness.run(records));
      left -= records.length;
    }
    letters = await takeLetters(harness);
  });

  test('no batch comes back, and the good events complete', async () => {
    expect(batches.flat()).toEqual([]);
    expect(await harness.depth()).toBe(0);
    for (const id of goodIds) {
      expect(await endOf(harness, id, letters)).toMatchObject({ end: 'COMPLETED', record: { attempts: 1 } });
    }
    expect(harness.lines.filter(({ message }) => message === 'message not settled')).toEqual([]);
  });

  test.each(PAYLOADS.map(([name, , end]) => [name, end] as const))('%s: %s', async (name, wanted) => {
    const { end, record } = await endOf(harness, ids.get(name) ?? '', letters);
    expect(end).toBe(wanted);
    for (const field of ['event_type', 'customer_id', 'connection_id', 'provider_name'] as const) {
      expect(record?.[field]?.length ?? 0).toBeLessThanOrEqual(256);
      expect(record?.[field]?.isWellFormed() ?? true).toBe(true);
    }
  });

  test('no prototype is changed', () => {
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(prototypeBefore);
    expect({}).not.toHaveProperty('polluted');
    expect(Reflect.get(Object, 'polluted')).toBeUndefined();
  });
});

test('what a handler is given has the plain prototype, whatever __proto__ says', async () => {
  const seen: unknown[] = [];
  const routes = new EventRouter().on('sync.complete', 'look', ({ event }) => {
    seen.push(Object.getPrototypeOf(event), Reflect.get(event, 'error_message'));
  });
  const { harness, post: postBody } = await startPipeline(routes);
  await postBody(`${SYNC_COMPLETE.slice(0, -1)},"__proto__":{"error_message":{"not":"text"}}}`);
  await harness.run(await harness.receive());
  expect(seen).toEqual([Object.prototype, undefined]);
});

test('a handler that recurses into 100,000 levels fails alone, and is retried', async () => {
  const routes = new EventRouter()
    .onAny('recursive', ({ event }) => void JSON.stringify(event))
    .onAny('careful', () => undefined);
  const { harness, post: postBody } = await startPipeline(routes);
  const id = await postBody(`{"webhook_event_type":"deep","a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`);
  const other = await postBody(SYNC_COMPLETE);
  expect(await harness.run(await harness.receive())).toHaveLength(1);
  expect(await harness.dependencies.ledger.read(id)).toMatchObject({
    status: 'FAILED',
    handlers: { careful: expect.any(Number) },
    failures: [{ handler: 'recursive', error: 'RangeError', retryable: true }],
  });
  expect(await harness.dependencies.ledger.read(other)).toMatchObject({ status: 'COMPLETED' });
});

test('property: every JSON value ends completed or as a dead letter with its reason', async () => {
  const types = [...Object.keys(catalogue), 'supaglue-webhooks.ping', 'other', '__proto__'];
  // A sample with some fields replaced, or any JSON at all.
  const nearly = fc
    .tuple(
      fc.constantFrom(...Object.values(samples)),
      fc.constantFrom(...types),
      fc.dictionary(
        fc.constantFrom('customer_id', 'type', 'result', 'object', '__proto__', 'x'),
        fc.jsonValue(),
        {
          maxKeys: 2,
        },
      ),
    )
    .map(([sample, webhook_event_type, fields]) =>
      JSON.stringify({ ...sample, webhook_event_type, ...fields }),
    );
  const bodies = fc.array(fc.oneof(nearly, fc.json(), fc.string()), { minLength: 9, maxLength: 9 });
  const routes = new EventRouter()
    .on('sync.complete', 'good', () => undefined)
    .onAny('audit', () => undefined);
  const { harness, post: postBody } = await startPipeline(routes);
  await fc.assert(
    fc.asyncProperty(bodies, async (all) => {
      const ids = await Promise.all([SYNC_COMPLETE, ...all].map((body) => postBody(body)));
      expect(await harness.run(await harness.receive())).toEqual([]);
      const letters = await takeLetters(harness);
      const ends = await Promise.all(ids.map((id) => endOf(harness, id, letters)));
      expect(ends.filter(({ end }) => end === undefined)).toEqual([]);
      expect(ends[0]?.end).toBe('COMPLETED');
    }),
    { numRuns: 6 },
  );
});
