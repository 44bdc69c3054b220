import { randomUUID } from 'node:crypto';
import {
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FAILURES_INDEX } from '../../lambdas/contract/ledger-table.ts';
import { DynamoDbLedger } from '../../lambdas/ledger/dynamodb-ledger.ts';
import type { AttemptOutcome, Claim, EventFacts, Release } from '../../lambdas/ledger/ledger.ts';
import { parseRecord } from '../../lambdas/ledger/record.ts';
import type { TestEnvironment } from '../support/test-resources.ts';
import { eventually } from './eventually.ts';

const NOW_MS = Date.UTC(2026, 10, 23);
const LEASE_MS = 40_000;
const RELEASE: Release = {
  forgottenHandlers: [],
  someStillRunning: false,
  letter: { atMs: NOW_MS - 60_000, signedAtSeconds: 0, receivedAtMs: 0 },
};
const NOTHING: AttemptOutcome = { completed: {}, failedForGood: {}, failures: [], attempts: 1 };

/**
 * How the ledger learns which item refused its write. DynamoDB gives it when asked; an engine that does not is asked
 * for it, which any engine can stand in for when it is not asked.
 */
export type Refusal = 'given with the refusal' | 'read after it';

const notAsking = ({ ReturnValuesOnConditionCheckFailure: _, ...input }: UpdateItemCommandInput) => input;

/** The ledger's contract, for any engine that speaks DynamoDB's protocol. */
export function describeLedger(
  engineName: string,
  start: () => Promise<TestEnvironment>,
  refusal: Refusal = 'given with the refusal',
): void {
  describe(`the ledger on ${engineName}, the refusing item ${refusal}`, () => {
    let environment: TestEnvironment;
    let ledger: DynamoDbLedger;
    let tableName: string;
    let reads = 0;

    beforeAll(async () => {
      environment = await start();
      tableName = await environment.createLedgerTable();
      const { dynamoDb } = environment;
      ledger = new DynamoDbLedger({
        table: {
          updateItem: (input) =>
            dynamoDb.send(new UpdateItemCommand(refusal === 'read after it' ? notAsking(input) : input)),
          getItem(input) {
            reads += 1;
            return dynamoDb.send(new GetItemCommand(input));
          },
        },
        tableName,
        retentionDays: 100,
      });
    });
    afterAll(() => environment?.stopAll());

    const newEvent = (extra: Partial<EventFacts> = {}): EventFacts => ({
      eventId: `msg_${randomUUID()}`,
      bodySha256: 'a'.repeat(64),
      eventType: 'sync.complete',
      receivedAtMs: NOW_MS - 50,
      sentAtMs: NOW_MS - 40,
      signedAtSeconds: 1,
      ...extra,
    });
    const claimFor = (event: EventFacts, nowMs = NOW_MS): Claim => ({
      eventId: event.eventId,
      owner: randomUUID(),
      leaseExpiresAtMs: nowMs + LEASE_MS,
      alone: true,
    });
    const take = async (event: EventFacts, nowMs = NOW_MS) => {
      const result = await ledger.claim(event, claimFor(event, nowMs), nowMs);
      if (result.outcome !== 'claimed') throw new Error(`not claimed: ${result.outcome}`);
      return result;
    };

    /** The item itself: what {@link parseRecord} adds is not in it. */
    const stored = async (eventId: string) => {
      const Key = { event_id: { S: eventId } };
      const { Item = {} } = await environment.dynamoDb.send(
        new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true }),
      );
      return unmarshall(Item);
    };

    test('a new event is claimed with its facts and its first attempt', async () => {
      const event = newEvent({ customerId: 'c1', connectionId: 'k1', providerName: 'hubspot' });
      const { claim, record, predecessorAbandoned } = await take(event);
      expect(predecessorAbandoned).toBe(false);
      expect(record).toMatchObject({ attempts: 1, attempts_total: 1, handlers: {}, failures: [] });
      expect(await ledger.read(event.eventId)).toEqual({
        event_id: event.eventId,
        status: 'IN_PROGRESS',
        owner: claim.owner,
        status_before: 'FAILED',
        lease_expires_at_ms: NOW_MS + LEASE_MS,
        attempts: 1,
        attempts_spent: 1,
        attempts_total: 1,
        handlers: {},
        failures: [],
        body_sha256: event.bodySha256,
        event_type: 'sync.complete',
        customer_id: 'c1',
        connection_id: 'k1',
        provider_name: 'hubspot',
        received_at_ms: NOW_MS - 50,
        first_attempt_at_ms: NOW_MS,
        updated_at_ms: NOW_MS,
        expires_at: NOW_MS / 1000 + 100 * 86_400,
      });
    });

    test('a claim that is withdrawn counts no longer and frees the event at once, once', async () => {
      const event = newEvent();
      const { claim } = await take(event);
      expect(await ledger.withdrawClaim(claim, NOW_MS + 1)).toBe('written');
      // The SDK sent it, gave up waiting, and its retry went through.
      expect(await ledger.withdrawClaim(claim, NOW_MS + 2)).toBe('lost');
      const next = await take(event, NOW_MS + 1);
      expect(next).toMatchObject({ predecessorAbandoned: false, record: { attempts: 1, attempts_total: 1 } });
      expect(await ledger.withdrawClaim(claim, NOW_MS + 4)).toBe('lost');
    });

    test('withdrawing a claim that took over a dead attempt leaves that death to be seen', async () => {
      const event = newEvent();
      await take(event);
      const { claim } = await take(event, NOW_MS + LEASE_MS);
      await ledger.withdrawClaim(claim, NOW_MS + LEASE_MS + 1);
      const next = await take(event, NOW_MS + LEASE_MS + 1);
      expect(next).toMatchObject({ predecessorAbandoned: true, record: { attempts: 2, attempts_total: 2 } });
    });

    test('a live lease keeps everybody out until it ends', async () => {
      const event = newEvent();
      await take(event);
      const lastMs = NOW_MS + LEASE_MS - 1;
      expect(await ledger.claim(event, claimFor(event), lastMs)).toEqual({
        outcome: 'busy',
        untilMs: NOW_MS + LEASE_MS,
      });
      const next = await take(event, NOW_MS + LEASE_MS);
      expect(next).toMatchObject({ predecessorAbandoned: true, record: { attempts: 2, attempts_total: 2 } });
    });

    test('a death in company is not counted, a death alone is', async () => {
      const event = newEvent();
      const dieAt = async (nowMs: number, alone: boolean) => {
        const result = await ledger.claim(event, { ...claimFor(event, nowMs), alone }, nowMs);
        if (result.outcome !== 'claimed') throw new Error(`not claimed: ${result.outcome}`);
        return result;
      };
      const attempts: number[] = [];
      for (const [turn, alone] of [false, false, true, true, false].entries()) {
        const { record } = await dieAt(NOW_MS + turn * LEASE_MS, alone);
        attempts.push(record.attempts);
      }
      expect(attempts).toEqual([1, 1, 1, 2, 3]);
      const last = await dieAt(NOW_MS + 5 * LEASE_MS, false);
      expect(await ledger.spendAttempt(last.claim, last.record.attempts, NOW_MS + 5 * LEASE_MS)).toBe(
        'written',
      );
      const next = await dieAt(NOW_MS + 6 * LEASE_MS, false);
      expect(next.record).toMatchObject({ attempts: 4, attempts_total: 7 });
      const beforeTurn = await ledger.read(event.eventId);
      await ledger.spendAttempt(next.claim, 4, NOW_MS + 6 * LEASE_MS);
      expect(await ledger.giveBackAttempt(next.claim, 4, NOW_MS + 6 * LEASE_MS)).toBe('written');
      expect(await ledger.read(event.eventId)).toEqual(beforeTurn);
    });

    test('a failure that arrives once more after its release takes nothing from the next budget', async () => {
      const event = newEvent();
      const { claim } = await take(event);
      const permanent = { failed_at_ms: NOW_MS, attempt: 1, error: 'NonRetryableError', message: 'no' };
      const outcome = { ...NOTHING, failedForGood: { alert: permanent } };
      await ledger.failForGood(claim, outcome, 'permanent', NOW_MS);
      expect(await ledger.failForGood(claim, outcome, 'permanent', NOW_MS)).toBe('written');
      await ledger.releaseDeadLetter(claim, { ...RELEASE, forgottenHandlers: ['alert'] }, NOW_MS + 1);
      const released = await ledger.read(event.eventId);
      // The SDK sent them, gave up waiting, and its retries went through: nobody waits for these answers any more.
      await ledger.failForGood(claim, outcome, 'permanent', NOW_MS);
      await ledger.spendAttempt(claim, 1, NOW_MS);
      await ledger.giveBackAttempt(claim, 1, NOW_MS);
      expect(await ledger.read(event.eventId)).toEqual(released);
      expect((await take(event, NOW_MS + 2)).record).toMatchObject({ attempts: 1, handlers: {} });
    });

    test('of fifty claims at once exactly one wins', async () => {
      const event = newEvent();
      const results = await Promise.all(
        Array.from({ length: 50 }, () => ledger.claim(event, claimFor(event), NOW_MS)),
      );
      const outcomes = results.map(({ outcome }) => outcome);
      expect(outcomes.filter((outcome) => outcome === 'claimed')).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome === 'busy')).toHaveLength(49);
    });

    test('a claim whose answer was lost is recognised as ours', async () => {
      const event = newEvent();
      const claim = claimFor(event);
      await ledger.claim(event, claim, NOW_MS);
      expect(await ledger.claim(event, claim, NOW_MS + 300)).toMatchObject({
        outcome: 'claimed',
        predecessorAbandoned: false,
        record: { attempts: 1, owner: claim.owner },
      });
    });

    test('a claim whose answer was lost learns all the same that the attempt before it died', async () => {
      const event = newEvent();
      await take(event);
      const { claim } = await take(event, NOW_MS + LEASE_MS);
      expect(await ledger.claim(event, claim, NOW_MS + LEASE_MS + 300)).toMatchObject({
        outcome: 'claimed',
        predecessorAbandoned: true,
      });
    });

    test('a refused claim costs a read only where the item does not come with the refusal', async () => {
      const event = newEvent();
      await take(event);
      const readsBefore = reads;
      expect(await ledger.claim(event, claimFor(event), NOW_MS)).toMatchObject({ outcome: 'busy' });
      expect(reads - readsBefore).toBe(refusal === 'read after it' ? 1 : 0);
    });

    test('another body under the same id is refused in every state', async () => {
      const event = newEvent();
      const other = { ...event, bodySha256: 'b'.repeat(64) };
      const { claim } = await take(event);
      const tryOther = () => ledger.claim(other, claimFor(other), NOW_MS + LEASE_MS + 1);
      expect(await tryOther()).toEqual({ outcome: 'payload-mismatch' });
      await ledger.failRetryable(claim, NOTHING, NOW_MS + 1, NOW_MS);
      expect(await tryOther()).toEqual({ outcome: 'payload-mismatch' });
      await ledger.complete(claim, NOTHING, NOW_MS);
      expect(await tryOther()).toEqual({ outcome: 'payload-mismatch' });
      expect(await ledger.read(event.eventId)).toMatchObject({ body_sha256: event.bodySha256 });
    });

    test('a completed event is a duplicate for ever, expired or not', async () => {
      const event = newEvent();
      const { claim } = await take(event);
      expect(await ledger.complete(claim, { ...NOTHING, completed: { alert: NOW_MS + 5 } }, NOW_MS + 6)).toBe(
        'written',
      );
      const later = NOW_MS + 200 * 86_400_000;
      expect(await ledger.claim(event, claimFor(event, later), later)).toEqual({ outcome: 'completed' });
      const record = await ledger.read(event.eventId);
      expect(record).toMatchObject({
        status: 'COMPLETED',
        handlers: { alert: NOW_MS + 5 },
        completed_at_ms: NOW_MS + 6,
      });
      expect(record).not.toHaveProperty('lease_expires_at_ms');
    });

    test('a completed record keeps what duplicates, redrives and timelines read, and no stack', async () => {
      const event = newEvent({ customerId: 'c1' });
      const { claim } = await take(event);
      const failure = {
        attempt: 1,
        at_ms: NOW_MS,
        handler: 'alert',
        error: 'Error',
        message: 'no',
        retryable: true,
      };
      const failed = { ...NOTHING, failures: [{ ...failure, stack: 'at alert (alert.ts:1:1)' }] };
      await ledger.failRetryable(claim, failed, NOW_MS, NOW_MS);
      const again = await take(event, NOW_MS + 1);
      const outcome = { ...NOTHING, completed: { alert: NOW_MS + 2 }, failures: again.record.failures };
      const early = { ...outcome, completed: {} };
      expect(await ledger.complete(again.claim, outcome, NOW_MS + 3)).toBe('written');
      const item = await stored(event.eventId);
      expect(item).toEqual({
        event_id: event.eventId,
        event_type: 'sync.complete',
        customer_id: 'c1',
        status: 'COMPLETED',
        body_sha256: event.bodySha256,
        handlers: { alert: NOW_MS + 2 },
        failures: [failure],
        attempts_total: 2,
        received_at_ms: NOW_MS - 50,
        first_attempt_at_ms: NOW_MS,
        completed_at_ms: NOW_MS + 3,
        expires_at: Math.ceil((NOW_MS + 3) / 1000) + 100 * 86_400,
      });
      expect(await ledger.read(event.eventId)).toMatchObject({ attempts: 2, updated_at_ms: NOW_MS + 3 });
      // Its answer was lost, and it is sent again; then what it had overtaken arrives.
      expect(await ledger.complete(again.claim, outcome, NOW_MS + 3)).toBe('written');
      expect(await ledger.complete(claim, early, NOW_MS + 4)).toBe('lost');
      expect(await ledger.recordCompletion(again.claim, 'late', NOW_MS, NOW_MS)).toBe('lost');
      expect(await ledger.failForGood(again.claim, NOTHING, 'permanent', NOW_MS)).toBe('lost');
      expect(await ledger.withdrawClaim(again.claim, NOW_MS)).toBe('lost');
      expect(await stored(event.eventId)).toEqual(item);
    });

    test('attempts since a dead letter was put back stay told beside all there were', async () => {
      const event = newEvent();
      const { claim } = await take(event);
      await ledger.complete(claim, { ...NOTHING, wasPutBack: true }, NOW_MS);
      expect(await stored(event.eventId)).toMatchObject({ attempts: 1 });
    });

    test('every later write of a lost owner is refused and changes nothing', async () => {
      const event = newEvent();
      const slow = await take(event);
      const fast = await take(event, NOW_MS + LEASE_MS);
      const before = await ledger.read(event.eventId);
      const results = [
        await ledger.recordCompletion(slow.claim, 'alert', NOW_MS, NOW_MS),
        await ledger.complete(slow.claim, NOTHING, NOW_MS),
        await ledger.failRetryable(slow.claim, NOTHING, NOW_MS, NOW_MS),
        await ledger.failForGood(slow.claim, NOTHING, 'permanent', NOW_MS),
        await ledger.releaseDeadLetter(slow.claim, RELEASE, NOW_MS),
        await ledger.spendAttempt(slow.claim, 1, NOW_MS),
        await ledger.giveBackAttempt(slow.claim, 1, NOW_MS),
      ];
      expect(results).toEqual(['lost', 'lost', 'lost', 'lost', 'lost', 'lost', 'lost']);
      expect(await ledger.read(event.eventId)).toEqual(before);
      expect(await ledger.complete(fast.claim, NOTHING, NOW_MS + LEASE_MS)).toBe('written');
    });

    test('a retryable failure waits for its backoff and keeps what completed', async () => {
      const event = newEvent();
      const { claim } = await take(event);
      const failure = {
        attempt: 1,
        at_ms: NOW_MS,
        handler: 'backfill',
        error: 'Error',
        message: 'no',
        retryable: true,
      };
      const outcome = {
        completed: { alert: NOW_MS + 1 },
        failedForGood: {},
        failures: [failure],
        attempts: 1,
      };
      await ledger.failRetryable(claim, outcome, NOW_MS + 10_000, NOW_MS + 2);
      expect(await ledger.claim(event, claimFor(event), NOW_MS + 9_999)).toEqual({
        outcome: 'busy',
        untilMs: NOW_MS + 10_000,
      });
      const next = await take(event, NOW_MS + 10_000);
      expect(next).toMatchObject({
        predecessorAbandoned: false,
        record: { attempts: 2, handlers: { alert: NOW_MS + 1 }, failures: [failure] },
      });
    });

    test('a completion recorded late survives the final write', async () => {
      const event = newEvent();
      const { claim } = await take(event);
      await ledger.recordCompletion(claim, 'late', NOW_MS + 1, NOW_MS + 1);
      await ledger.failRetryable(claim, { ...NOTHING, completed: { early: NOW_MS } }, NOW_MS, NOW_MS + 2);
      expect((await ledger.read(event.eventId))?.handlers).toEqual({ late: NOW_MS + 1, early: NOW_MS });
    });

    test('dead-lettering holds the event, then gives a redrive its full budget', async () => {
      const event = newEvent();
      const { claim } = await take(event);
      const permanent = { failed_at_ms: NOW_MS, attempt: 1, error: 'NonRetryableError', message: 'no' };
      const outcome = { completed: {}, failedForGood: { alert: permanent }, failures: [], attempts: 1 };
      await ledger.failForGood(claim, outcome, 'permanent', NOW_MS);
      expect(await ledger.claim(event, claimFor(event), NOW_MS + 1)).toMatchObject({ outcome: 'busy' });
      await ledger.releaseDeadLetter(claim, { ...RELEASE, forgottenHandlers: ['alert'] }, NOW_MS + 2);
      const record = await ledger.read(event.eventId);
      expect(record).toMatchObject({ status: 'FAILED', attempts: 0, dead_letter_reason: 'permanent' });
      expect(record?.failure_bucket).toMatch(/^DEAD#[0-3]$/);
      const redriven = await take(event, NOW_MS + 3);
      expect(redriven).not.toHaveProperty('unfinishedDeadLetter');
      expect(redriven.record).toMatchObject({ attempts: 1, attempts_total: 2 });
      expect(redriven.record.handlers).toEqual({});
      expect(await ledger.read(event.eventId)).not.toHaveProperty('dead_letter_reason');
    });

    test('dead-lettering keeps a redrive out until the lease ends while a handler may still run', async () => {
      const event = newEvent();
      const { claim } = await take(event);
      await ledger.failForGood(claim, NOTHING, 'attempts-exhausted', NOW_MS);
      await ledger.releaseDeadLetter(claim, { ...RELEASE, someStillRunning: true }, NOW_MS + 1);
      expect(await ledger.claim(event, claimFor(event), NOW_MS + 2)).toEqual({
        outcome: 'busy',
        untilMs: NOW_MS + LEASE_MS,
      });
      const redriven = await take(event, NOW_MS + LEASE_MS);
      expect(redriven).not.toHaveProperty('unfinishedDeadLetter');
      expect(redriven.record).toMatchObject({ attempts: 1, attempts_total: 2 });
    });

    test('a dead-lettering that died before its copy was confirmed is finished by the next claim', async () => {
      const event = newEvent();
      const { claim } = await take(event);
      await ledger.failForGood(claim, NOTHING, 'retention', NOW_MS);
      const next = await take(event, NOW_MS + LEASE_MS);
      expect(next.unfinishedDeadLetter).toBe('retention');
      // The finisher dies as well: the reason outlives it too, and goes with the confirmed copy alone.
      const last = await take(event, NOW_MS + 2 * LEASE_MS);
      expect(last).toMatchObject({ unfinishedDeadLetter: 'retention', predecessorAbandoned: true });
      const sentAgain = await ledger.claim(event, last.claim, NOW_MS + 2 * LEASE_MS + 300);
      expect(sentAgain).toMatchObject({ unfinishedDeadLetter: 'retention', predecessorAbandoned: true });
      await ledger.failForGood(last.claim, { ...NOTHING, attempts: 3 }, 'retention', NOW_MS + 2 * LEASE_MS);
      await ledger.releaseDeadLetter(last.claim, RELEASE, NOW_MS + 2 * LEASE_MS);
      const redriven = await take(event, NOW_MS + 2 * LEASE_MS + 1);
      expect(redriven).not.toHaveProperty('unfinishedDeadLetter');
    });

    test('a dead letter stands for every message but what SQS took after it and Svix signed anew, or is a redrive', async () => {
      const event = newEvent();
      const { claim } = await take(event);
      await ledger.failForGood(claim, NOTHING, 'permanent', NOW_MS);
      const letter = { atMs: NOW_MS - 40, signedAtSeconds: 1, receivedAtMs: NOW_MS - 50 };
      await ledger.releaseDeadLetter(claim, { ...RELEASE, letter }, NOW_MS + 1);
      const lettered = await ledger.read(event.eventId);
      expect(lettered).toMatchObject({
        lettered_at_ms: letter.atMs,
        lettered_signed_at_seconds: letter.signedAtSeconds,
        lettered_received_at_ms: letter.receivedAtMs,
      });
      const later = { ...event, sentAtMs: NOW_MS + 1, receivedAtMs: NOW_MS };
      const outcomesOf = async (facts: EventFacts, nowMs: number) => {
        const unhandled = await ledger.completeUnhandled(facts, claimFor(facts), nowMs);
        return [unhandled.outcome, (await ledger.claim(facts, claimFor(facts), nowMs)).outcome];
      };
      expect(await outcomesOf(event, NOW_MS + 2)).toEqual(['lettered', 'lettered']);
      expect(await outcomesOf(later, NOW_MS + 2)).toEqual(['lettered', 'lettered']);
      expect(await ledger.read(event.eventId)).toEqual(lettered);
      // In this order: our own token, another body, COMPLETED, lettered, busy.
      expect(await ledger.claim(event, claim, NOW_MS + 2)).toMatchObject({ outcome: 'claimed' });
      const other = { ...event, bodySha256: 'b'.repeat(64) };
      expect(await outcomesOf(other, NOW_MS + 2)).toEqual(['payload-mismatch', 'payload-mismatch']);
      const redriven = await take({ ...later, receivedAtMs: letter.receivedAtMs }, NOW_MS + 2);
      expect(redriven.record).toMatchObject({ attempts: 1, lettered_at_ms: letter.atMs });
      expect(await outcomesOf(event, NOW_MS + 3)).toEqual(['lettered', 'lettered']);
      const resent = { ...later, signedAtSeconds: 2 };
      expect(await outcomesOf(resent, NOW_MS + 3)).toEqual(['busy', 'busy']);
      await ledger.complete(redriven.claim, NOTHING, NOW_MS + 4);
      expect(await outcomesOf(event, NOW_MS + 5)).toEqual(['completed', 'completed']);
    });

    test('a claim whose request arrives a second time, after its own attempt was dead-lettered, is refused', async () => {
      const event = newEvent();
      const { claim } = await take(event);
      await ledger.failForGood(claim, NOTHING, 'permanent', NOW_MS);
      await ledger.releaseDeadLetter(claim, RELEASE, NOW_MS + 1);
      const released = await ledger.read(event.eventId);
      // The SDK sent it, gave up waiting, and its retry went through: nobody waits for this answer any more.
      await ledger.claim(event, claim, NOW_MS);
      expect(await ledger.read(event.eventId)).toEqual(released);
    });

    test('a claim of another attempt that arrives after a failure it was sent before is refused', async () => {
      const event = newEvent();
      const late = claimFor(event);
      const { claim } = await take(event, NOW_MS + 10);
      await ledger.failForGood(claim, NOTHING, 'permanent', NOW_MS + 20);
      await ledger.releaseDeadLetter(claim, RELEASE, NOW_MS + 30);
      const released = await ledger.read(event.eventId);
      expect(await ledger.claim(event, late, NOW_MS)).toEqual({ outcome: 'busy', untilMs: NOW_MS });
      expect(await ledger.read(event.eventId)).toEqual(released);
    });

    test('the failures index holds what failed, and nothing once it completed', async () => {
      const event = newEvent();
      const { claim } = await take(event);
      await ledger.failRetryable(claim, NOTHING, NOW_MS, NOW_MS);
      const bucket = (await ledger.read(event.eventId))?.failure_bucket;
      expect(bucket).toMatch(/^RETRYING#[0-3]$/);
      const query = () =>
        environment.dynamoDb.send(
          new QueryCommand({
            TableName: tableName,
            IndexName: FAILURES_INDEX,
            KeyConditionExpression: 'failure_bucket = :bucket',
            ExpressionAttributeValues: { ':bucket': { S: bucket ?? '' } },
          }),
        );
      // On AWS an index follows its table in its own time.
      const untilListed = (listed: boolean) =>
        eventually(
          async () => {
            const ids = (await query()).Items?.map((item) => item['event_id']?.S) ?? [];
            return ids.includes(event.eventId) === listed ? ids : undefined;
          },
          () => `the event ${listed ? '' : 'not '}in the index`,
        );
      await untilListed(true);
      const again = await take(event, NOW_MS + 1);
      await ledger.complete(again.claim, NOTHING, NOW_MS + 2);
      await untilListed(false);
    });

    test('an event that nothing handles is COMPLETED in one write, under the claim condition', async () => {
      const event = newEvent();
      const claim = claimFor(event);
      expect(await ledger.completeUnhandled(event, claim, NOW_MS)).toMatchObject({ outcome: 'claimed' });
      expect(await ledger.read(event.eventId)).toMatchObject({
        status: 'COMPLETED',
        attempts: 0,
        handlers: {},
        completed_at_ms: NOW_MS,
      });
      expect(await ledger.completeUnhandled(event, claimFor(event), NOW_MS)).toEqual({
        outcome: 'completed',
      });
      const leased = newEvent();
      await take(leased);
      expect(await ledger.completeUnhandled(leased, claimFor(leased), NOW_MS)).toMatchObject({
        outcome: 'busy',
      });
    });

    test('every write refreshes the expiry, the claims too', async () => {
      const dayMs = 86_400_000;
      const expiresAfterDays = async (eventId: string) =>
        (((await ledger.read(eventId))?.expires_at ?? 0) - NOW_MS / 1000) / 86_400;
      const event = newEvent();
      const { claim } = await take(event);
      await ledger.recordCompletion(claim, 'alert', NOW_MS, NOW_MS + dayMs);
      expect(await expiresAfterDays(event.eventId)).toBe(101);
      const { claim: second } = await take(event, NOW_MS + 2 * dayMs);
      expect(await expiresAfterDays(event.eventId)).toBe(102);
      await ledger.spendAttempt(second, 2, NOW_MS + 3 * dayMs);
      expect(await expiresAfterDays(event.eventId)).toBe(103);
      await ledger.failForGood(second, { ...NOTHING, attempts: 2 }, 'permanent', NOW_MS + 4 * dayMs);
      expect(await expiresAfterDays(event.eventId)).toBe(104);
      await ledger.releaseDeadLetter(second, RELEASE, NOW_MS + 5 * dayMs);
      expect(await expiresAfterDays(event.eventId)).toBe(105);
      await ledger.completeUnhandled(event, claimFor(event), NOW_MS + 6 * dayMs);
      expect(await expiresAfterDays(event.eventId)).toBe(106);
    });

    test('nothing that completed keeps its place in the index of failures, handled or not', async () => {
      const bucketOf = async (eventId: string) => (await ledger.read(eventId))?.failure_bucket;
      for (const finish of ['complete', 'completeUnhandled'] as const) {
        const event = newEvent();
        const { claim } = await take(event);
        await ledger.failRetryable(claim, NOTHING, NOW_MS, NOW_MS);
        expect(await bucketOf(event.eventId)).toMatch(/^RETRYING#[0-3]$/);
        if (finish === 'completeUnhandled')
          await ledger.completeUnhandled(event, claimFor(event), NOW_MS + 1);
        else await ledger.complete((await take(event, NOW_MS + 1)).claim, NOTHING, NOW_MS + 2);
        const record = await ledger.read(event.eventId);
        expect(record).toMatchObject({ status: 'COMPLETED' });
        for (const name of ['failure_bucket', 'failed_at_ms', 'not_before_ms', 'lease_expires_at_ms']) {
          expect(record).not.toHaveProperty(name);
        }
      }
    });

    test('an absent record reads as undefined, a sparse item as an empty record', async () => {
      expect(await ledger.read('msg_absent')).toBeUndefined();
      expect(parseRecord({ event_id: { S: 'x' }, status: { S: 'FAILED' } })).toMatchObject({
        attempts: 0,
        handlers: {},
        failures: [],
      });
    });
  });
}
