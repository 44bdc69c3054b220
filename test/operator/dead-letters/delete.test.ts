import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FAILURES_INDEX, FAILURES_INDEX_KEY } from '../../../lambdas/contract/ledger-table.ts';
import { failureBucket } from '../../../lambdas/ledger/failure-bucket.ts';
import { type DeleteOptions, deleteDeadLetters } from '../../../operator/dead-letters/delete.ts';
import { lookAtDeadLetters } from '../../../operator/dead-letters/look.ts';
import type { EventOutcome } from '../../../operator/dead-letters/settled-events.ts';
import { failEntries, startAlteringProxy } from '../../support/altering-proxy.ts';
import { startEngines, type TestEngines } from '../../support/engines.ts';
import { createRig, factsOf, failureOf, never, type Rig, syncBody } from './rig.ts';

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
const body = syncBody('run-1');

describe('deleting dead letters', () => {
  let engines: TestEngines;
  const rigs: Rig[] = [];
  beforeAll(async () => {
    engines = await startEngines();
  });
  afterAll(async () => {
    for (const rig of rigs) rig.close();
    await engines.stopAll();
  });

  const rigWith = async (eventIds: readonly string[]): Promise<Rig> => {
    const rig = await createRig(engines);
    rigs.push(rig);
    await rig.putLetters(eventIds.map((eventId) => ({ eventId, body, failure: failureOf() })));
    return rig;
  };
  const remove = async (rig: Rig, options: Partial<DeleteOptions> = {}, target = rig.target) => {
    const outcomes: EventOutcome[] = [];
    const result = await deleteDeadLetters(target, {
      selection: {},
      signal: never,
      dryRun: false,
      onlyCompleted: false,
      nowMs: () => Date.now(),
      onOutcome: (outcome) => outcomes.push(outcome),
      ...options,
    });
    return { result, outcomes };
  };
  const listedAsDead = async (rig: Rig, eventId: string): Promise<boolean> => {
    const { Items = [] } = await engines.dynamoDb.send(
      new QueryCommand({
        TableName: rig.target.ledgerTableName,
        IndexName: FAILURES_INDEX,
        KeyConditionExpression: `${FAILURES_INDEX_KEY} = :bucket`,
        ExpressionAttributeValues: { ':bucket': { S: failureBucket(eventId, 'DEAD') } },
      }),
    );
    return Items.some((item) => item['event_id']?.S === eventId);
  };

  test('the letters and their copies go, and the events leave the failures index; the records stay', async () => {
    const rig = await rigWith(['msg_1', 'msg_1', 'msg_2', 'msg_3', 'msg_4']);
    for (const eventId of ['msg_1', 'msg_2', 'msg_4']) await rig.recordDeadLettered(factsOf(eventId, body));
    await rig.recordDeadLettered(factsOf('msg_3', syncBody('another')));
    const before = await rig.ledger.read('msg_1');

    const dry = await remove(rig, { dryRun: true });
    expect(dry.result).toEqual({ ...NOTHING, planned: 4 });
    expect(await rig.depth('dead')).toEqual({ visible: 5, hidden: 0 });

    expect((await remove(rig, { selection: { id: 'msg_4' } })).result).toEqual({ ...NOTHING, deleted: 1 });
    expect(await listedAsDead(rig, 'msg_2')).toBe(true);
    const { result, outcomes } = await remove(rig);
    expect(result).toEqual({ ...NOTHING, deleted: 3, folded: 1 });
    expect(outcomes.every(({ error }) => error === undefined)).toBe(true);
    expect(await rig.depth('dead')).toEqual({ visible: 0, hidden: 0 });
    expect(await rig.depth('main')).toEqual({ visible: 0, hidden: 0 });
    const listed = await Promise.all(['msg_1', 'msg_2', 'msg_3', 'msg_4'].map((id) => listedAsDead(rig, id)));
    // The letter of msg_3 had another body: that event is not its business.
    expect(listed).toEqual([false, false, true, false]);
    const { failure_bucket: _, ...kept } = before ?? {};
    expect(await rig.ledger.read('msg_1')).toEqual(kept);
  });

  test('an event that is being retried keeps its entry', async () => {
    const rig = await rigWith(['msg_retrying']);
    const claim = await rig.claim(factsOf('msg_retrying', body));
    const outcome = { completed: {}, failedForGood: {}, failures: [], attempts: 1 };
    await rig.ledger.failRetryable(claim, outcome, Date.now() + 60_000, Date.now());
    const before = await rig.ledger.read('msg_retrying');
    expect((await remove(rig)).result).toMatchObject({ deleted: 1 });
    expect(await rig.ledger.read('msg_retrying')).toEqual(before);
  });

  test('an event that was redriven since the plan and failed again keeps its entry: it is of another letter', async () => {
    const rig = await rigWith(['msg_again']);
    await rig.recordDeadLettered(factsOf('msg_again', body), { nowMs: Date.now() - 60_000 });
    const proxy = await startAlteringProxy(engines.dynamoDbEndpoint, async ({ operation }, forward) => {
      if (operation === 'UpdateItem') await rig.recordDeadLettered(factsOf('msg_again', body));
      return forward();
    });
    const { result } = await remove(rig, {}, rig.variant({ dynamoDb: proxy.endpoint }));
    await proxy.stop();
    expect(result).toEqual({ ...NOTHING, deleted: 1 });
    expect(await listedAsDead(rig, 'msg_again')).toBe(true);
  });

  test('only completed: what the ledger holds as COMPLETED for this very body', async () => {
    const rig = await rigWith(['msg_done', 'msg_done', 'msg_dead', 'msg_mismatch', 'msg_unknown']);
    await rig.recordCompleted(factsOf('msg_done', body), ['alert']);
    await rig.recordDeadLettered(factsOf('msg_dead', body));
    await rig.recordCompleted(factsOf('msg_mismatch', syncBody('another')), ['alert']);
    const { result } = await remove(rig, { onlyCompleted: true });
    expect(result).toEqual({ ...NOTHING, deleted: 1, folded: 1, skipped: 3 });
    const { letters } = await lookAtDeadLetters(rig.target, { signal: never });
    expect(letters.map(({ eventId }) => eventId).sort()).toEqual(['msg_dead', 'msg_mismatch', 'msg_unknown']);
    expect(await listedAsDead(rig, 'msg_dead')).toBe(true);
  });

  test('interrupted: what is left is visible; begun again, all goes', async () => {
    const eventIds = Array.from({ length: 300 }, (_, index) => `msg_${index}`);
    const rig = await rigWith(eventIds);
    const abort = new AbortController();
    const { result } = await remove(rig, {
      signal: abort.signal,
      onProgress: ({ done }) => done >= 50 && abort.abort(),
    });
    expect(result.interrupted).toBe(true);
    expect(result.deleted).toBeGreaterThanOrEqual(50);
    expect(result.deleted).toBeLessThan(300);
    expect(await rig.depth('dead')).toEqual({ visible: 300 - result.deleted, hidden: 0 });
    expect((await remove(rig)).result).toEqual({ ...NOTHING, deleted: 300 - result.deleted });
    expect(await rig.depth('dead')).toEqual({ visible: 0, hidden: 0 });
  });

  test('what cannot be deleted is told, and its entry stays', async () => {
    const rig = await rigWith(['msg_1', 'msg_2']);
    for (const eventId of ['msg_1', 'msg_2']) await rig.recordDeadLettered(factsOf(eventId, body));
    const proxy = await startAlteringProxy(engines.sqsEndpoint, async (call, forward) => {
      if (call.operation !== 'DeleteMessageBatch') return forward();
      return failEntries(call, forward, ({ Id }) =>
        Id === '1' ? { Code: 'AccessDenied', SenderFault: true } : undefined,
      );
    });
    const { result, outcomes } = await remove(rig, {}, rig.variant({ sqs: proxy.endpoint }));
    await proxy.stop();
    expect(result).toEqual({ ...NOTHING, deleted: 1, failed: 1 });
    const failed = outcomes.find(({ outcome }) => outcome === 'failed');
    expect(failed?.error).toBe('not deleted: AccessDenied: failed by the test');
    expect(await listedAsDead(rig, failed?.plan.letter.eventId ?? '')).toBe(true);
    expect(await rig.depth('dead')).toEqual({ visible: 1, hidden: 0 });
  });
});
