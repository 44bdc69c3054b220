import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type Message, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { groupIdOf } from '../../../operator/dead-letters/groups.ts';
import { lookAtDeadLetters } from '../../../operator/dead-letters/look.ts';
import { type RedriveOptions, redriveDeadLetters } from '../../../operator/dead-letters/redrive.ts';
import type { EventOutcome } from '../../../operator/dead-letters/settled-events.ts';
import { failEntries, startAlteringProxy } from '../../support/altering-proxy.ts';
import { startEngines, type TestEngines } from '../../support/engines.ts';
import { createRig, factsOf, failureOf, type NewLetter, never, type Rig, syncBody } from './rig.ts';

const NOTHING = {
  moved: 0,
  deleted: 0,
  skipped: 0,
  failed: 0,
  planned: 0,
  folded: 0,
  leftBehind: 0,
  hidden: 0,
  unseen: 0,
  comingBack: 0,
  interrupted: false,
};
const idOf = ({ MessageAttributes }: Message) => MessageAttributes?.['svix-id']?.StringValue ?? '';
const body = syncBody('run-1');
/** Several rounds of several batches; the command line is tested with 2,000. */
const MANY = 600;

describe('a redrive', () => {
  let engines: TestEngines;
  const rigs: Rig[] = [];
  beforeAll(async () => {
    engines = await startEngines();
  });
  afterAll(async () => {
    for (const rig of rigs) rig.close();
    await engines.stopAll();
  });

  const rigWith = async (letters: readonly NewLetter[]): Promise<Rig> => {
    const rig = await createRig(engines);
    rigs.push(rig);
    await rig.putLetters(letters);
    return rig;
  };
  const numbered = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ eventId: `msg_${index}`, body, failure: failureOf() }));
  const redrive = async (rig: Rig, options: Partial<RedriveOptions> = {}, target = rig.target) => {
    const outcomes: EventOutcome[] = [];
    const result = await redriveDeadLetters(target, {
      selection: {},
      signal: never,
      dryRun: false,
      handlersOf: () => ['backfill', 'alert'],
      nowMs: () => Date.now(),
      onOutcome: (outcome) => outcomes.push(outcome),
      ...options,
    });
    return { result, outcomes };
  };

  test('many letters, interrupted and begun again: each event is on one queue at every stop, and none twice', async () => {
    const rig = await rigWith(numbered(MANY));
    const abort = new AbortController();
    const first = await redrive(rig, {
      signal: abort.signal,
      roundLetters: 200,
      onProgress: ({ done }) => done >= 300 && abort.abort(),
    });
    expect(first.result.interrupted).toBe(true);
    expect(first.result.moved).toBeGreaterThanOrEqual(300);
    expect(first.result.moved).toBeLessThan(MANY);
    expect(await rig.depth('main')).toEqual({ visible: first.result.moved, hidden: 0 });
    expect(await rig.depth('dead')).toEqual({ visible: MANY - first.result.moved, hidden: 0 });

    const second = await redrive(rig, { roundLetters: 50 });
    expect(second.result).toEqual({ ...NOTHING, moved: MANY - first.result.moved });
    const moved = await rig.drain('main');
    expect(moved).toHaveLength(MANY);
    expect(new Set(moved.map(idOf)).size).toBe(MANY);
    expect(await rig.depth('dead')).toEqual({ visible: 0, hidden: 0 });
  });

  test('in portions: so many events, at so many a second; the rest stays, and is counted', async () => {
    const rig = await rigWith(numbered(60));
    const startedMs = performance.now();
    const { result } = await redrive(rig, {
      limit: 25,
      perSecond: 20,
    });
    expect(result).toEqual({ ...NOTHING, moved: 25, left: 35 });
    // Ten at once, ten after half a second, five after another.
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1_000);
    expect(await rig.depth('main')).toEqual({ visible: 25, hidden: 0 });
    expect(await rig.depth('dead')).toEqual({ visible: 35, hidden: 0 });
    const dry = await redrive(rig, { limit: 10, dryRun: true });
    expect(dry.result).toEqual({ ...NOTHING, planned: 10, left: 35 });
  });

  test('a send that SQS answers without a word of its entries is not confirmed: the letters stay', async () => {
    const rig = await rigWith(numbered(3));
    const proxy = await startAlteringProxy(engines.sqsEndpoint, async ({ operation }, forward) =>
      operation === 'SendMessageBatch' ? {} : forward(),
    );
    const { result, outcomes } = await redrive(rig, {}, rig.variant({ sqs: proxy.endpoint }));
    await proxy.stop();
    expect(result).toEqual({ ...NOTHING, failed: 3 });
    expect(outcomes[0]?.error).toMatch(/^not sent: SQS did not confirm it; if it was sent all the same/);
    expect(await rig.depth('dead')).toEqual({ visible: 3, hidden: 0 });
  });

  test('says what it could not look at, and what SQS did not take back', async () => {
    const rig = await rigWith(numbered(60));
    await engines.sqs.send(new ReceiveMessageCommand({ QueueUrl: rig.target.deadLetterQueueUrl }));
    let polls = 0;
    const proxy = await startAlteringProxy(engines.sqsEndpoint, async (call, forward) => {
      // As when as many letters are held as SQS allows.
      if (call.operation === 'ReceiveMessage') return ++polls > 3 ? {} : forward();
      if (call.operation !== 'ChangeMessageVisibilityBatch') return forward();
      return failEntries(call, forward, ({ Id }) =>
        Id === '1' ? { Code: 'InternalError', SenderFault: false } : undefined,
      );
    });
    const { result } = await redrive(rig, { dryRun: true }, rig.variant({ sqs: proxy.endpoint }));
    await proxy.stop();
    expect(result).toEqual({ ...NOTHING, planned: 30, hidden: 1, unseen: 29, comingBack: 3 });
  });

  test('body, group and every attribute but the failure are kept, with their types', async () => {
    const attributes = {
      'svix-timestamp': { DataType: 'String', StringValue: '1795000000' },
      'body-encoding': { DataType: 'String', StringValue: 'base64' },
      count: { DataType: 'Number', StringValue: '12.50' },
      exact: { DataType: 'Number.java.lang.Long', StringValue: '-7' },
      raw: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 1, 254, 255]) },
      picture: { DataType: 'Binary.png', BinaryValue: new Uint8Array([137, 80]) },
    };
    const plainBody = `  ${syncBody('ü 🚀')}\n`;
    const encoded = Buffer.from(syncBody('run-\uFFFE')).toString('base64');
    const rig = await rigWith([
      { eventId: 'msg_whole', body: encoded, group: 'customer-1', failure: failureOf(), attributes },
      { eventId: 'msg_plain', body: plainBody, failure: '{' },
    ]);
    expect((await redrive(rig)).result).toEqual({ ...NOTHING, moved: 2 });
    const messages = await rig.drain('main');
    const [whole, plain] = ['msg_whole', 'msg_plain'].map((id) => messages.find((each) => idOf(each) === id));
    expect(plain?.Body).toBe(plainBody);
    expect(plain?.Attributes?.MessageGroupId).toBeUndefined();
    expect(whole?.Body).toBe(encoded);
    expect(whole?.Attributes?.MessageGroupId).toBe('customer-1');
    expect(whole?.MessageAttributes).toEqual({
      'svix-id': { DataType: 'String', StringValue: 'msg_whole' },
      'event-type': { DataType: 'String', StringValue: 'sync.complete' },
      ...attributes,
    });
  });

  test('big letters are sent in batches that SQS takes', async () => {
    const big = (eventId: string) => ({ eventId, body: syncBody('x'.repeat(400_000)), failure: failureOf() });
    const rig = await rigWith([]);
    for (const eventId of ['msg_1', 'msg_2', 'msg_3', 'msg_4', 'msg_5']) await rig.putLetters([big(eventId)]);
    expect((await redrive(rig)).result).toEqual({ ...NOTHING, moved: 5 });
    expect(await rig.depth('main')).toEqual({ visible: 5, hidden: 0 });
  });

  test('what stays: completed, refused again, not selected; copies are folded and moved once', async () => {
    const rig = await rigWith([
      { eventId: 'msg_copied', body, failure: failureOf({ failedAtMs: 1 }) },
      { eventId: 'msg_copied', body, failure: failureOf({ failedAtMs: 2, reason: 'retention' }) },
      { eventId: 'msg_copied', body, failure: failureOf({ failedAtMs: 3 }) },
      { eventId: 'msg_completed', body, failure: failureOf() },
      { eventId: 'msg_mismatch', body, failure: failureOf({ reason: 'payload-mismatch', handlers: [] }) },
      { body, failure: failureOf({ reason: 'no-event-id', handlers: [] }) },
      { eventId: 'msg_other_customer', body: syncBody('run-1', 'customer-2'), failure: failureOf() },
    ]);
    await rig.recordDeadLettered(factsOf('msg_copied', body), { completed: ['alert'] });
    await rig.recordCompleted(factsOf('msg_completed', body), ['backfill', 'alert']);
    await rig.recordCompleted(factsOf('msg_mismatch', syncBody('another')), ['backfill']);
    const before = await rig.ledger.read('msg_mismatch');

    const dry = await redrive(rig, { selection: { customerId: 'customer-1' }, dryRun: true });
    expect(dry.result).toEqual({ ...NOTHING, planned: 1, skipped: 3 });
    expect(await rig.depth('dead')).toEqual({ visible: 7, hidden: 0 });
    expect(await rig.depth('main')).toEqual({ visible: 0, hidden: 0 });

    const { result, outcomes } = await redrive(rig, { selection: { customerId: 'customer-1' } });
    expect(result).toEqual({ ...NOTHING, moved: 1, folded: 2, skipped: 3 });
    expect(outcomes.map(({ outcome, plan }) => [outcome, plan.disposition, plan.willRun]).sort()).toEqual([
      ['moved', 'run', ['backfill']],
      ['skipped', 'completed', []],
      ['skipped', 'futile', []],
      ['skipped', 'futile', []],
    ]);
    expect((await rig.drain('main')).map(idOf)).toEqual(['msg_copied']);
    const { letters } = await lookAtDeadLetters(rig.target, { signal: never });
    expect(letters.map(({ eventId }) => eventId ?? '-').sort()).toEqual([
      '-',
      'msg_completed',
      'msg_mismatch',
      'msg_other_customer',
    ]);
    expect(await rig.ledger.read('msg_mismatch')).toEqual(before);
  });

  test('an event that fails again while the redrive runs stays; an older copy that is found late is folded', async () => {
    const copied = { eventId: 'msg_copied', body };
    const rig = await rigWith([copied, copied, ...numbered(80)]);
    let late: Record<string, unknown> | undefined;
    let isMoving = false;
    const proxy = await startAlteringProxy(engines.sqsEndpoint, async ({ operation }, forward) => {
      const answer = await forward();
      if (operation === 'SendMessageBatch' && !isMoving) {
        isMoving = true;
        await rig.putLetters([{ eventId: 'msg_0', body, failure: failureOf() }]);
      }
      if (operation !== 'ReceiveMessage') return answer;
      const messages = (answer['Messages'] ?? []) as readonly Record<string, unknown>[];
      if (late === undefined) {
        const [first, ...others] = messages;
        late = { ...first, Attributes: { ...(first?.['Attributes'] as object), SentTimestamp: '1000' } };
        return { Messages: others };
      }
      return isMoving && messages.length > 0 ? { Messages: [late, ...messages] } : answer;
    });
    const { result } = await redrive(rig, { roundLetters: 10 }, rig.variant({ sqs: proxy.endpoint }));
    await proxy.stop();
    expect(result).toEqual({ ...NOTHING, moved: 81, folded: 1 });
    const moved = (await rig.drain('main')).map(idOf);
    expect(moved).toHaveLength(81);
    expect(new Set(moved).size).toBe(81);
    expect((await rig.drain('dead')).map(idOf)).toEqual(['msg_0']);
  });

  test('one by its svix-id or message id, or a group', async () => {
    const rig = await rigWith([
      ...numbered(30),
      { eventId: 'msg_grouped', body, failure: failureOf({ handlers: [], reason: 'invalid-payload' }) },
    ]);
    expect((await redrive(rig, { selection: { id: 'msg_7' } })).result).toEqual({ ...NOTHING, moved: 1 });
    const { letters } = await lookAtDeadLetters(rig.target, { signal: never });
    const [first] = letters;
    const grouped = letters.find(({ eventId }) => eventId === 'msg_grouped');
    if (first === undefined || grouped === undefined) throw new Error('the letters are gone');
    expect((await redrive(rig, { selection: { id: first.messageId } })).result).toMatchObject({ moved: 1 });
    expect((await redrive(rig, { selection: { groupId: groupIdOf(grouped) } })).result).toMatchObject({
      moved: 1,
    });
    expect((await rig.drain('main')).map(idOf)).toEqual(['msg_7', first.eventId, 'msg_grouped']);
    expect(await rig.depth('dead')).toEqual({ visible: 28, hidden: 0 });
  });

  test('entries that fail: repeated where SQS may mend it, told where not; deleted only what was confirmed', async () => {
    const rig = await rigWith(numbered(40));
    const tried = new Map<unknown, number>();
    const proxy = await startAlteringProxy(engines.sqsEndpoint, async (call, forward) => {
      const isSend = call.operation === 'SendMessageBatch';
      if (!isSend && call.operation !== 'DeleteMessageBatch') return forward();
      return failEntries(call, forward, (entry) => {
        const id = isSend ? sentId(entry) : String(entry['ReceiptHandle']);
        tried.set(id, (tried.get(id) ?? 0) + 1);
        if (isSend && id === 'msg_3') return { Code: 'InvalidMessageContents', SenderFault: true };
        if (isSend && id === 'msg_4') return { Code: 'InternalError', SenderFault: false };
        if (isSend && id === 'msg_5' && tried.get(id) === 1)
          return { Code: 'InternalError', SenderFault: false };
        if (!isSend && entry['Id'] === '2' && tried.get(id) === 1)
          return { Code: 'InternalError', SenderFault: false };
        return !isSend && entry['Id'] === '1' ? { Code: 'InternalError', SenderFault: false } : undefined;
      });
    });
    const { result, outcomes } = await redrive(rig, {}, rig.variant({ sqs: proxy.endpoint }));
    await proxy.stop();
    expect(result).toEqual({ ...NOTHING, moved: 38, failed: 2, leftBehind: 4 });
    expect([tried.get('msg_3'), tried.get('msg_4'), tried.get('msg_5')]).toEqual([1, 4, 2]);
    const failed = outcomes.filter(({ outcome }) => outcome === 'failed');
    expect(Object.fromEntries(failed.map(({ plan, error }) => [plan.letter.eventId, error]))).toEqual({
      msg_3: 'not sent: InvalidMessageContents: failed by the test',
      msg_4:
        'not sent: InternalError: failed by the test; if it was sent all the same, the ledger will recognise it',
    });
    const left = outcomes.filter(({ outcome, error }) => outcome === 'moved' && error !== undefined);
    expect(left[0]?.error).toMatch(/^sent, but its dead letter could not be removed \(InternalError/);
    // In both queues are exactly those that were told of.
    const moved = (await rig.drain('main')).map(idOf);
    const remaining = (await rig.drain('dead')).map(idOf);
    expect(moved).toHaveLength(38);
    expect(new Set([...moved, ...remaining]).size).toBe(40);
    expect(remaining.filter((id) => moved.includes(id)).sort()).toEqual(
      left.map(({ plan }) => plan.letter.eventId).sort(),
    );
    expect(remaining.filter((id) => !moved.includes(id)).sort()).toEqual(['msg_3', 'msg_4']);
  });

  test('a ledger that does not answer: nothing is moved, everything is visible', async () => {
    const rig = await rigWith(numbered(20));
    await expect(redrive(rig, {}, rig.variant({ dynamoDb: 'http://127.0.0.1:1' }))).rejects.toThrow();
    expect(await rig.depth('dead')).toEqual({ visible: 20, hidden: 0 });
    expect(await rig.depth('main')).toEqual({ visible: 0, hidden: 0 });
  });

  describe('with --rerun', () => {
    const nowMs = Date.now();

    test('a completed event becomes as dead-lettering leaves one, without those handlers, and is claimed again', async () => {
      const rig = await rigWith([{ eventId: 'msg_done', body, failure: failureOf({ reason: 'retention' }) }]);
      const facts = factsOf('msg_done', body);
      const completedAtMs = nowMs - 1_000;
      await rig.recordCompleted(facts, ['backfill', 'alert'], completedAtMs);
      const before = await rig.ledger.read('msg_done');
      const { result, outcomes } = await redrive(rig, { rerun: ['backfill'], nowMs: () => nowMs });
      expect(result).toEqual({ ...NOTHING, moved: 1 });
      expect(outcomes[0]?.plan).toMatchObject({ willRun: ['backfill'], completed: ['alert'] });

      const { owner, ...record } = (await rig.ledger.read('msg_done')) ?? {};
      expect(owner).toMatch(/^operator-/);
      expect(record).toEqual({
        event_id: 'msg_done',
        status: 'FAILED',
        attempts: 0,
        attempts_total: 1,
        handlers: { alert: completedAtMs },
        failures: [],
        body_sha256: facts.bodySha256,
        event_type: 'sync.complete',
        received_at_ms: facts.receivedAtMs,
        first_attempt_at_ms: completedAtMs,
        updated_at_ms: nowMs,
        failed_at_ms: completedAtMs,
        dead_letter_reason: 'retention',
        failure_bucket: 'DEAD#1',
        expires_at: (before?.expires_at ?? 0) + 1,
      });
      const again = await rig.ledger.claim(
        facts,
        { eventId: 'msg_done', owner: 'next', leaseExpiresAtMs: nowMs + 40_000, alone: true },
        nowMs,
      );
      expect(again).toMatchObject({
        outcome: 'claimed',
        record: { attempts: 1, handlers: { alert: completedAtMs } },
      });
      expect(again).not.toHaveProperty('unfinishedDeadLetter');
    });

    test('a record that version 0.2 completed, which has its last write beside its completion, is reset as well', async () => {
      const rig = await rigWith([{ eventId: 'msg_old', body, failure: failureOf({ reason: 'retention' }) }]);
      await rig.recordCompleted(factsOf('msg_old', body), ['backfill'], nowMs - 1_000);
      await overwriteUpdatedAt(rig, 'msg_old');
      const { result } = await redrive(rig, { rerun: ['backfill'], nowMs: () => nowMs });
      expect(result).toEqual({ ...NOTHING, moved: 1 });
    });

    test('a late write of the attempt that completed it is refused', async () => {
      const rig = await rigWith([{ eventId: 'msg_late', body, failure: failureOf() }]);
      const facts = factsOf('msg_late', body);
      const claim = await rig.claim(facts, nowMs - 1_000);
      const outcome = { completed: { alert: nowMs }, failedForGood: {}, failures: [], attempts: 1 };
      await rig.ledger.complete(claim, outcome, nowMs - 500);
      expect((await redrive(rig, { rerun: 'all' })).result).toMatchObject({ moved: 1 });
      expect(await rig.ledger.complete(claim, outcome, nowMs)).toBe('lost');
      expect(await rig.ledger.claim(facts, { ...claim, owner: 'late' }, nowMs - 900)).toMatchObject({
        outcome: 'busy',
      });
    });

    test('the same for a dead-lettered one: only what is named is reset', async () => {
      const rig = await rigWith([{ eventId: 'msg_dead', body }]);
      await rig.recordDeadLettered(factsOf('msg_dead', body), { completed: ['alert'] });
      const before = await rig.ledger.read('msg_dead');
      expect((await redrive(rig, { rerun: ['backfill'] })).result).toMatchObject({ moved: 1 });
      expect(await rig.ledger.read('msg_dead')).toEqual(before);
      await rig.putLetters([{ eventId: 'msg_dead', body }]);
      expect((await redrive(rig, { rerun: 'all' })).result).toMatchObject({ moved: 1 });
      expect(await rig.ledger.read('msg_dead')).toEqual({
        ...before,
        handlers: {},
        owner: expect.stringMatching(/^operator-/),
        updated_at_ms: expect.any(Number),
        expires_at: expect.any(Number),
      });
    });

    test('refused while an attempt holds the event, or has written since the plan: nothing is sent', async () => {
      const rig = await rigWith(
        ['held', 'raced', 'free'].map((eventId) => ({ eventId, body, failure: failureOf() })),
      );
      const heldClaim = await rig.claim(factsOf('held', body));
      await rig.ledger.recordCompletion(heldClaim, 'alert', Date.now(), Date.now());
      await rig.recordCompleted(factsOf('raced', body), ['alert', 'backfill']);
      await rig.recordCompleted(factsOf('free', body), ['alert', 'backfill']);
      const proxy = await startAlteringProxy(
        engines.dynamoDbEndpoint,
        async ({ operation, input }, forward) => {
          const raced = JSON.stringify(input).includes('raced');
          if (operation === 'UpdateItem' && raced) await overwriteUpdatedAt(rig, 'raced');
          return forward();
        },
      );
      const { result, outcomes } = await redrive(
        rig,
        { rerun: ['alert'] },
        rig.variant({ dynamoDb: proxy.endpoint }),
      );
      await proxy.stop();
      expect(result).toEqual({ ...NOTHING, moved: 1, failed: 2 });
      for (const { outcome, error } of outcomes) {
        if (outcome === 'failed') expect(error).toMatch(/^not reset, not sent: an attempt holds the event/);
      }
      expect((await rig.drain('main')).map(idOf)).toEqual(['free']);
      expect(await rig.ledger.read('raced')).toMatchObject({ status: 'COMPLETED' });
      expect((await rig.ledger.read('held'))?.handlers).toHaveProperty('alert');
      expect(await rig.depth('dead')).toEqual({ visible: 2, hidden: 0 });
    });

    test('a reset whose answer is lost is recognised as its own when it is repeated', async () => {
      const rig = await rigWith([{ eventId: 'msg_lost', body, failure: failureOf() }]);
      await rig.recordCompleted(factsOf('msg_lost', body), ['alert'], nowMs - 1_000);
      let writes = 0;
      const proxy = await startAlteringProxy(engines.dynamoDbEndpoint, async ({ operation }, forward) => {
        const answer = await forward();
        if (operation === 'UpdateItem' && ++writes === 1) throw new Error('the connection broke');
        return answer;
      });
      const variant = rig.variant({ dynamoDb: proxy.endpoint });
      const { result } = await redrive(rig, { rerun: 'all', nowMs: () => nowMs }, variant);
      await proxy.stop();
      expect(proxy.calls.filter(({ operation }) => operation === 'UpdateItem')).toHaveLength(2);
      expect(result).toEqual({ ...NOTHING, moved: 1 });
      expect((await rig.ledger.read('msg_lost'))?.handlers).toEqual({});
      expect(await rig.depth('main')).toEqual({ visible: 1, hidden: 0 });
    });

    test('an attempt whose lease ran out long ago is given up; just now, by this clock, it may still run', async () => {
      const rig = await rigWith(['msg_died', 'msg_dying'].map((eventId) => ({ eventId, body })));
      for (const [eventId, claimedAtMs] of [
        ['msg_died', nowMs - 120_000],
        ['msg_dying', nowMs - 45_000],
      ] as const) {
        const claim = await rig.claim(factsOf(eventId, body), claimedAtMs);
        await rig.ledger.recordCompletion(claim, 'alert', claimedAtMs, claimedAtMs);
      }
      const { result } = await redrive(rig, { rerun: ['alert'], nowMs: () => nowMs });
      expect(result).toEqual({ ...NOTHING, moved: 1, failed: 1 });
      expect((await rig.drain('main')).map(idOf)).toEqual(['msg_died']);
      const record = await rig.ledger.read('msg_died');
      expect(record).toMatchObject({
        status: 'FAILED',
        handlers: {},
        attempts: 0,
        dead_letter_reason: 'receive-limit',
      });
      expect(record).not.toHaveProperty('lease_expires_at_ms');
      expect(record).not.toHaveProperty('attempts_spent');
    });

    test('a name that nothing is registered under is wrong usage, before anything happens', async () => {
      const rig = await rigWith(numbered(1));
      const handlersOf = Object.assign(() => ['alert'], { names: ['alert'] });
      await expect(redrive(rig, { rerun: ['allert'], handlersOf })).rejects.toMatchObject({
        message: 'no handler is registered as "allert": there is alert',
        exitCode: 2,
      });
      expect(await rig.depth('dead')).toEqual({ visible: 1, hidden: 0 });
    });
  });

  /** Another attempt's write, between plan and reset. */
  async function overwriteUpdatedAt(rig: Rig, eventId: string): Promise<void> {
    await engines.dynamoDb.send(
      new UpdateItemCommand({
        TableName: rig.target.ledgerTableName,
        Key: { event_id: { S: eventId } },
        UpdateExpression: 'SET updated_at_ms = :now_ms',
        ExpressionAttributeValues: { ':now_ms': { N: String(Date.now() + 1) } },
      }),
    );
  }
});

function sentId(entry: Record<string, unknown>): string {
  const attributes = entry['MessageAttributes'] as Record<string, { readonly StringValue: string }>;
  return attributes['svix-id']?.StringValue ?? '';
}
