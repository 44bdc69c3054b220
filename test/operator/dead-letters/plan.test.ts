import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { inParallel } from '../../../lambdas/runtime/in-parallel.ts';
import { lookAtDeadLetters } from '../../../operator/dead-letters/look.ts';
import { type PlanOptions, planRedrive } from '../../../operator/dead-letters/plan.ts';
import { registeredHandlers } from '../../../operator/dead-letters/registered-handlers.ts';
import { startAlteringProxy } from '../../support/altering-proxy.ts';
import { startEngines, type TestEngines } from '../../support/engines.ts';
import { createRig, factsOf, failureOf, type NewLetter, never, type Rig, syncBody } from './rig.ts';

const HANDLERS = ['backfill', 'alert', 'audit'];

describe('the plan of a redrive', () => {
  let engines: TestEngines;
  let rig: Rig;
  beforeAll(async () => {
    engines = await startEngines();
    rig = await createRig(engines);
  });
  afterAll(async () => {
    rig.close();
    await engines.stopAll();
  });

  const plan = async (
    letters: readonly NewLetter[],
    options: Partial<PlanOptions> = {},
    target = rig.target,
  ) => {
    await rig.drain('dead');
    await rig.putLetters(letters);
    const look = await lookAtDeadLetters(rig.target, { signal: never });
    return planRedrive(target, look.letters, {
      signal: never,
      nowMs: Date.now(),
      handlersOf: () => HANDLERS,
      ...options,
    });
  };
  let ids = 0;
  const newId = () => `msg_plan_${++ids}`;
  const body = syncBody('run-1');

  test('dead-lettered: what has completed does not run again', async () => {
    const eventId = newId();
    await rig.recordDeadLettered(factsOf(eventId, body), { completed: ['alert', 'renamed'] });
    const [event, ...others] = await plan([
      { eventId, body, failure: failureOf({ failedAtMs: 1 }) },
      { eventId, body, failure: failureOf({ failedAtMs: 2 }) },
    ]);
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      disposition: 'run',
      willRun: ['backfill', 'audit'],
      completed: ['alert', 'renamed'],
      record: { event_id: eventId, attempts: 0 },
    });
    expect(event?.copies).toHaveLength(2);
    expect(event?.reset).toBeUndefined();
  });

  test('completed, for this very body: nothing would run', async () => {
    const eventId = newId();
    await rig.recordCompleted(factsOf(eventId, body), ['alert', 'backfill']);
    const [event] = await plan([{ eventId, body }]);
    expect(event).toMatchObject({ disposition: 'completed', willRun: [], completed: ['alert', 'backfill'] });
  });

  test('--rerun of a completed event: those handlers, and those registered since', async () => {
    const eventId = newId();
    await rig.recordCompleted(factsOf(eventId, body), ['alert', 'backfill']);
    const [named] = await plan([{ eventId, body }], { rerun: ['alert'] });
    expect(named).toMatchObject({
      disposition: 'run',
      willRun: ['alert', 'audit'],
      completed: ['backfill'],
      reset: ['alert'],
    });
    const [all] = await plan([{ eventId, body }], { rerun: 'all' });
    expect(all).toMatchObject({
      disposition: 'run',
      willRun: HANDLERS,
      completed: [],
      reset: ['backfill', 'alert'],
    });
    const [other] = await plan([{ eventId, body }], { rerun: ['of-another-type'] });
    expect(other).toMatchObject({ disposition: 'completed', willRun: [] });
  });

  test('held by an attempt, or by a handler that may still run: until then', async () => {
    const running = newId();
    const timedOut = newId();
    const nowMs = Date.now();
    const claim = await rig.claim(factsOf(running, body), nowMs);
    await rig.recordDeadLettered(factsOf(timedOut, body), { someStillRunning: true, nowMs });
    const events = await plan(
      [
        { eventId: running, body },
        { eventId: timedOut, body },
      ],
      { nowMs },
    );
    expect(events.map(({ disposition, untilMs }) => [disposition, untilMs])).toEqual([
      ['leased', claim.leaseExpiresAtMs],
      ['leased', claim.leaseExpiresAtMs],
    ]);
    const later = await plan(
      [
        { eventId: running, body },
        { eventId: timedOut, body },
      ],
      {
        nowMs: claim.leaseExpiresAtMs,
      },
    );
    expect(later.map(({ disposition, willRun }) => [disposition, willRun])).toEqual([
      ['run', HANDLERS],
      ['run', HANDLERS],
    ]);
  });

  test('what would come straight back, and what has no record', async () => {
    const mismatched = newId();
    const notJson = newId();
    await rig.recordCompleted(factsOf(mismatched, syncBody('another')), ['alert']);
    await rig.recordDeadLettered(factsOf(notJson, '{', 'unknown'));
    const events = await plan([
      { body },
      { body },
      { eventId: mismatched, body },
      { eventId: notJson, body: '{' },
      { eventId: newId(), body },
    ]);
    const byNote = events.map(({ disposition, willRun, note, record }) => [
      disposition,
      willRun.length,
      note?.split(':')[0],
      record !== undefined,
    ]);
    expect(byNote).toEqual([
      ['futile', 0, 'it carries no svix-id', false],
      ['futile', 0, 'it carries no svix-id', false],
      ['futile', 0, 'another body is recorded under its svix-id', false],
      ['futile', 0, 'its body is not JSON', true],
      ['unrecorded', 3, undefined, false],
    ]);
  });

  test('an unfinished dead-lettering says that it comes back once', async () => {
    const eventId = newId();
    const nowMs = Date.now() - 60_000;
    const claim = await rig.claim(factsOf(eventId, body), nowMs);
    const outcome = { completed: {}, failedForGood: {}, failures: [], attempts: 1 };
    await rig.ledger.failForGood(claim, outcome, 'attempts-exhausted', nowMs);
    const comesBack = { willRun: [], note: expect.stringContaining('cut short') };
    const [event] = await plan([{ eventId, body }]);
    expect(event).toMatchObject({ disposition: 'run', ...comesBack });
    const [held] = await plan([{ eventId, body }], { nowMs });
    expect(held).toMatchObject({ disposition: 'leased', untilMs: claim.leaseExpiresAtMs, ...comesBack });
  });

  test('the target’s handlers are asked for, by the type in the body', async () => {
    const registrations = { byType: { 'sync.complete': ['alert'], 'sync.paused': ['page'] }, any: [] };
    const target = { ...rig.target, handlers: registrations };
    const handlersOf = await registeredHandlers(target, new AbortController().signal);
    const ping = JSON.stringify({ webhook_event_type: 'supaglue-webhooks.ping' });
    const events = await plan(
      [
        {
          eventId: newId(),
          body,
          attributes: { 'event-type': { DataType: 'String', StringValue: 'a lie' } },
        },
        { eventId: newId(), body: ping },
        { eventId: newId(), body: '{"webhook_event_type":"constructor"}' },
      ],
      { handlersOf },
    );
    expect(events.map(({ willRun }) => willRun)).toEqual([['alert'], ['ping'], []]);
    expect(handlersOf.names).toEqual(['alert', 'page', 'ping']);
  });

  test('of several senders each gets its own handlers, also what a consumer from before sources gave up', async () => {
    const handlersOf = await registeredHandlers(
      {
        ...rig.target,
        handlers: {
          byType: { 'sync.complete': ['alert'], 'openai:response.completed': ['keep'], 'acme:paid': ['own'] },
          any: ['audit'],
          sources: { openai: { type: 'type', any: ['audit-openai'] } },
        },
      },
      new AbortController().signal,
    );
    const id = newId();
    const typed = (type: string) => ({ 'event-type': { DataType: 'String', StringValue: type } });
    const events = await plan(
      [
        {
          eventId: `openai:${id}`,
          body: '{"type":"response.completed"}',
          failure: { ...failureOf({ failedAtMs: 1 }), reason: 'no-event-id' },
          attributes: typed('openai:response.completed'),
        },
        { eventId: id, body, attributes: typed('sync.complete') },
        { eventId: newId(), body: '{"webhook_event_type":"openai:response.completed"}' },
        { eventId: newId(), body: '{"webhook_event_type":"acme:paid"}' },
        { eventId: `openai:${newId()}`, body: '{}', attributes: typed('sync.complete') },
        { eventId: `gone:${newId()}`, body: '{}', attributes: typed('gone:thing') },
      ],
      { handlersOf },
    );
    expect(events.map(({ willRun }) => willRun)).toEqual([
      ['keep', 'audit-openai'],
      ['alert', 'audit'],
      ['audit'],
      ['own', 'audit'],
      ['audit-openai'],
      [],
    ]);
    // Supaglue's alone: the others are sent with --source.
    expect(handlersOf.types).toEqual(['sync.complete', 'acme:paid']);
  });

  test('where the template tells no handlers, letters and records name them, and the plan says so', async () => {
    const handlersOf = await registeredHandlers(
      { ...rig.target, handlers: 'unknown' },
      new AbortController().signal,
    );
    const eventId = newId();
    const nowMs = Date.now() - 60_000;
    const claim = await rig.claim(factsOf(eventId, body), nowMs);
    await rig.ledger.recordCompletion(claim, 'alert', nowMs, nowMs);
    const [event] = await plan([{ eventId, body }], { handlersOf, nowMs: Date.now() });
    expect(event).toMatchObject({ namesAreGuessed: true, completed: ['alert'] });
    expect(handlersOf.names).toBeUndefined();
  });

  test('hundreds are read in batches, consistently, and what DynamoDB leaves out is asked for again', async () => {
    const eventIds = Array.from({ length: 110 }, () => newId());
    await inParallel(eventIds, 8, async (eventId) => {
      const claim = { eventId, owner: 'owner', leaseExpiresAtMs: 0, alone: true };
      await rig.ledger.completeUnhandled(factsOf(eventId, body), claim, Date.now());
    });
    let throttled = 0;
    const proxy = await startAlteringProxy(engines.dynamoDbEndpoint, async ({ input }, forward) => {
      const request = Object.entries(input['RequestItems'] as Record<string, { Keys: unknown[] }>);
      const [[table, { Keys, ...rest }]] = request as [[string, { Keys: unknown[] }]];
      throttled += 1;
      if (throttled === 1) return { Responses: {}, UnprocessedKeys: { [table]: { Keys, ...rest } } };
      const half = Math.ceil(Keys.length / 2);
      const answer = await forward({ RequestItems: { [table]: { ...rest, Keys: Keys.slice(0, half) } } });
      const left = Keys.slice(half);
      return left.length === 0
        ? answer
        : { ...answer, UnprocessedKeys: { [table]: { ...rest, Keys: left } } };
    });
    const events = await plan(
      eventIds.map((eventId) => ({ eventId, body })),
      {},
      rig.variant({ dynamoDb: proxy.endpoint }),
    );
    await proxy.stop();
    expect(events.map(({ disposition }) => disposition)).toEqual(eventIds.map(() => 'completed'));
    const requests = proxy.calls.flatMap(({ input }) => Object.values(input['RequestItems'] as object));
    expect(requests.every(({ ConsistentRead, Keys }) => ConsistentRead && Keys.length <= 100)).toBe(true);
  });
});
