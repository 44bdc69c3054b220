import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MAX_BODY_BYTES, MessageAttribute } from '../../lambdas/contract/message.ts';
import { samples } from '../../lambdas/events/samples.ts';
import { EventRouter, NonRetryableError } from '../../lambdas/router/index.ts';
import { patienceMs } from '../support/slowness.js';
import type { TestEnvironment } from '../support/test-resources.ts';
import { MAX_ATTEMPTS, type PipelineRig, pipelineRig } from './pipeline-rig.ts';
import { attributesOf } from './queue-rig.ts';

const BODY = JSON.stringify(samples['sync.complete']);
const TOO_MUCH = 'x'.repeat(2_000);

/** From the signed request to COMPLETED or the dead-letter queue, with real visibility, on any engine. */
export function describePipeline(engineName: string, start: () => Promise<TestEnvironment>): void {
  describe(`the pipeline on ${engineName}`, () => {
    let environment: TestEnvironment;
    let rig: PipelineRig;
    /** What the handler `work` does with an event, run by run; nothing by default. */
    const behaviours = new Map<string, (run: number) => void>();
    const runs: { readonly eventId: string; readonly handler: string }[] = [];

    beforeAll(async () => {
      environment = await start();
      const routes = new EventRouter()
        .on('sync.complete', 'work', ({ eventId }) => {
          runs.push({ eventId, handler: 'work' });
          behaviours.get(eventId)?.(runsOf(eventId, 'work'));
        })
        .on('sync.complete', 'audit', ({ eventId }) => {
          runs.push({ eventId, handler: 'audit' });
        });
      rig = await pipelineRig(environment, routes);
    });
    afterAll(() => environment?.stopAll());

    const runsOf = (eventId: string, handler: string) =>
      runs.filter((run) => run.eventId === eventId && run.handler === handler).length;
    const newId = () => `msg_${randomUUID()}`;
    /** Posts an event that ingest must take; `work` does as `behaviour` says of the n-th run (1-based). */
    const accept = async (behaviour: (run: number) => void = () => {}, body = BODY) => {
      const eventId = newId();
      behaviours.set(eventId, behaviour);
      expect(await rig.post(eventId, body)).toMatchObject({ code: 'accepted' });
      return eventId;
    };
    const failing =
      (times: number, error: () => Error = () => new Error('not yet')) =>
      (run: number) => {
        if (run <= times) throw error();
      };

    test('an accepted event is COMPLETED, its handlers run once, its message is gone', async () => {
      const eventId = await accept();
      await rig.settle(eventId);
      expect(await rig.ledger.read(eventId)).toMatchObject({
        status: 'COMPLETED',
        attempts: 1,
        handlers: { work: expect.any(Number), audit: expect.any(Number) },
        body_sha256: createHash('sha256').update(BODY).digest('hex'),
        event_type: 'sync.complete',
      });
      expect([runsOf(eventId, 'work'), runsOf(eventId, 'audit')]).toEqual([1, 1]);
    });

    test('a forged event and one that is too large never reach the queue', async () => {
      const forged = newId();
      const large = newId();
      const secret = `whsec_${Buffer.alloc(32, 'of somebody else').toString('base64')}`;
      expect(await rig.post(forged, BODY, { secret })).toMatchObject({ code: 'invalid-signature' });
      expect(await rig.post(large, 'x'.repeat(MAX_BODY_BYTES + 1))).toMatchObject({ code: 'body-too-large' });
      // What was sent after them has come, and they have not.
      await rig.settle(await accept());
      const seen = rig.deliveries.map(({ eventId }) => eventId);
      expect([seen.includes(forged), seen.includes(large)]).toEqual([false, false]);
    });

    test('a body with characters that SQS refuses is handled as the bytes that were signed', async () => {
      const body = JSON.stringify({ ...samples['sync.complete'], note: 'a\ufffeb' });
      const eventId = await accept(undefined, body);
      await rig.settle(eventId);
      expect(await rig.ledger.read(eventId)).toMatchObject({
        status: 'COMPLETED',
        body_sha256: createHash('sha256').update(body).digest('hex'),
      });
    });

    test('a resent event is a duplicate: acknowledged, and no handler runs again', async () => {
      const eventId = await accept();
      await rig.settle(eventId);
      const duplicatesBefore = rig.counted('duplicate');
      for (let resend = 0; resend < 3; resend += 1) {
        expect(await rig.post(eventId, BODY)).toMatchObject({ code: 'accepted' });
      }
      await rig.settle(eventId, 4);
      expect(rig.counted('duplicate') - duplicatesBefore).toBe(3);
      expect([runsOf(eventId, 'work'), runsOf(eventId, 'audit')]).toEqual([1, 1]);
    });

    test('the same id with another body is a dead letter, and the event’s record is untouched', async () => {
      const eventId = await accept();
      await rig.settle(eventId);
      const before = await rig.ledger.read(eventId);
      await rig.post(eventId, BODY.replace('contact', 'account'));
      await rig.settle(eventId, 2);
      expect((await rig.letter(eventId)).failure).toMatchObject({ reason: 'payload-mismatch' });
      expect(await rig.ledger.read(eventId)).toEqual(before);
    });

    test('of a full batch the one that fails comes back after its backoff; what completed does not run again', async () => {
      const good = await Promise.all(Array.from({ length: 9 }, () => accept()));
      const bad = await accept(failing(1));
      for (const eventId of [...good, bad]) await rig.settle(eventId);
      expect(runsOf(bad, 'work')).toBe(2);
      expect(good.map((eventId) => runsOf(eventId, 'work'))).toEqual(Array(9).fill(1));
      expect([...good, bad].map((eventId) => runsOf(eventId, 'audit'))).toEqual(Array(10).fill(1));
      expect(await rig.ledger.read(bad)).toMatchObject({
        status: 'COMPLETED',
        attempts: 2,
        failures: [{ attempt: 1, handler: 'work', message: 'not yet', retryable: true }],
      });
      const ofBad = rig.deliveries.filter(({ eventId }) => eventId === bad);
      expect(ofBad.map(({ acknowledged }) => acknowledged)).toEqual([
        ...Array(ofBad.length - 1).fill(false),
        true,
      ]);
      expect(ofBad.at(-1)?.receiveCount).toBeGreaterThanOrEqual(2);
    });

    test('attempts spent: a dead letter with its reason and all it carried; redriven, it has its full budget', async () => {
      const eventId = await accept(failing(MAX_ATTEMPTS));
      await rig.settle(eventId);
      const { message, failure } = await rig.letter(eventId);
      expect(failure).toMatchObject({
        reason: 'attempts-exhausted',
        attempts: MAX_ATTEMPTS,
        handlers: [{ handler: 'work', error: 'Error', message: 'not yet' }],
      });
      expect(message).toMatchObject({ Body: BODY, Attributes: { MessageGroupId: 'example-customer' } });
      const { [MessageAttribute.FAILURE]: _, ...attributes } = attributesOf(message);
      expect(Object.keys(attributes).sort()).toEqual([
        'event-type',
        'received-at',
        'svix-id',
        'svix-timestamp',
      ]);
      expect(await rig.ledger.read(eventId)).toMatchObject({
        status: 'FAILED',
        attempts: 0,
        attempts_total: MAX_ATTEMPTS,
        dead_letter_reason: 'attempts-exhausted',
      });

      await rig.queues.main.send(BODY, {
        MessageAttributes: attributes,
        MessageGroupId: 'example-customer',
      });
      await rig.settle(eventId, 2);
      expect(await rig.ledger.read(eventId)).toMatchObject({
        status: 'COMPLETED',
        attempts: 1,
        attempts_total: MAX_ATTEMPTS + 1,
      });
      expect([runsOf(eventId, 'work'), runsOf(eventId, 'audit')]).toEqual([MAX_ATTEMPTS + 1, 1]);
    });

    test('a delivery that failed and is captured and sent again finds its dead letter: no run, no letter more', async () => {
      const eventId = newId();
      behaviours.set(eventId, failing(Number.POSITIVE_INFINITY));
      const lettersBefore = rig.counted('attempts-exhausted');
      const timestampSeconds = Math.floor(Date.now() / 1_000);
      const send = async () =>
        expect(await rig.post(eventId, BODY, { timestampSeconds })).toMatchObject({ code: 'accepted' });
      await send();
      await rig.settle(eventId);
      for (let replay = 1; replay < 5; replay += 1) await send();
      await rig.settle(eventId, 5);
      expect(runsOf(eventId, 'work')).toBe(MAX_ATTEMPTS);
      expect(rig.counted('attempts-exhausted') - lettersBefore).toBe(1);
    });

    test('the largest body that ingest takes still fits the dead-letter queue with the longest reason', async () => {
      const padding = MAX_BODY_BYTES - Buffer.byteLength(BODY) - ',"pad":""'.length;
      const body = BODY.replace(/}$/, `,"pad":"${'x'.repeat(padding)}"}`);
      expect(Buffer.byteLength(body)).toBe(MAX_BODY_BYTES);
      const eventId = await accept(
        failing(1, () => new NonRetryableError(TOO_MUCH)),
        body,
      );
      await rig.settle(eventId);
      const { message, failure } = await rig.letter(eventId);
      expect(message.Body === body).toBe(true);
      expect(failure).toMatchObject({ reason: 'permanent', handlers: [{ error: 'NonRetryableError' }] });
      expect(await rig.ledger.read(eventId)).toMatchObject({ handlers: { audit: expect.any(Number) } });
    });

    test.each([
      ['that is not JSON', 'not json {', 'invalid-json'],
      ['that its schema refuses', '{"webhook_event_type":"sync.complete"}', 'invalid-payload'],
    ])('a body %s is a dead letter at once', async (_, body, reason) => {
      const eventId = await accept(undefined, body);
      await rig.settle(eventId);
      expect((await rig.letter(eventId)).failure).toMatchObject({ reason, attempts: 1 });
      expect(runsOf(eventId, 'work')).toBe(0);
    });

    test('a message without a svix-id is a dead letter, and nothing is recorded of it', async () => {
      const marker = newId();
      await rig.queues.main.send(marker);
      await rig.deliverUntil(() => rig.counted('no-event-id') === 1);
      const letter = await rig.queues.dead.takeOne(({ Body }) => Body === marker);
      expect(letter.MessageAttributes?.[MessageAttribute.FAILURE]?.StringValue).toContain('"no-event-id"');
      await rig.queues.dead.remove(letter);
    });

    test('an event that nothing handles is COMPLETED, and said', async () => {
      const eventId = await accept(undefined, JSON.stringify(samples['connection.created']));
      await rig.settle(eventId);
      expect(rig.counted('unhandled')).toBe(1);
      expect(await rig.ledger.read(eventId)).toMatchObject({ status: 'COMPLETED', handlers: {} });
    });

    test('a worker that died holds its event until its lease ends; then another takes it up', async () => {
      const abandonedBefore = rig.counted('attemptAbandoned');
      const deferredBefore = rig.counted('deferred');
      const eventId = newId();
      expect(await rig.post(eventId, BODY)).toMatchObject({ code: 'accepted' });
      const nowMs = Date.now();
      // Long enough to be delivered once before it ends, on a busy machine too.
      const leaseExpiresAtMs = nowMs + Math.min(10_000, patienceMs(2_000));
      await rig.ledger.claim(
        {
          eventId,
          bodySha256: createHash('sha256').update(BODY).digest('hex'),
          eventType: 'sync.complete',
          receivedAtMs: nowMs,
          sentAtMs: nowMs,
          signedAtSeconds: 1,
        },
        { eventId, owner: randomUUID(), leaseExpiresAtMs, alone: true },
        nowMs,
      );
      await rig.settle(eventId);
      expect(rig.counted('deferred') - deferredBefore).toBeGreaterThanOrEqual(1);
      expect(rig.counted('attemptAbandoned') - abandonedBefore).toBe(1);
      expect(await rig.ledger.read(eventId)).toMatchObject({ status: 'COMPLETED', attempts: 2 });
      expect(Date.now()).toBeGreaterThanOrEqual(leaseExpiresAtMs);
    });
  });
}
