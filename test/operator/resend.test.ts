import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ResendOptions, resendEvent } from '../../operator/events/resend.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { createRig, factsOf, failureOf, never, type Rig, syncBody } from './dead-letters/rig.ts';

let engines: TestEngines;
let rig: Rig;
beforeAll(async () => {
  engines = await startEngines();
  rig = await createRig(engines);
});
afterAll(async () => {
  rig?.close();
  await engines?.stopAll();
});

const HANDLERS = Object.assign(() => ['backfill', 'audit'], { names: ['backfill', 'audit'] });
const options = (more: Partial<ResendOptions> = {}): ResendOptions => ({
  rerun: ['backfill'],
  dryRun: false,
  handlersOf: HANDLERS,
  nowMs: Date.now,
  signal: never,
  ...more,
});
const attributesOf = async () => {
  const [message, ...others] = await rig.drain('main');
  expect(others).toEqual([]);
  const attributes = Object.entries(message?.MessageAttributes ?? {});
  return {
    body: message?.Body,
    group: message?.Attributes?.MessageGroupId,
    ...Object.fromEntries(attributes.map(([name, { StringValue }]) => [name, StringValue])),
  };
};

test('is the message that ingest made, signed not before any delivery of then', async () => {
  const body = syncBody('run-1', 'acme');
  const facts = factsOf('msg_1', body);
  await rig.recordCompleted(facts, ['backfill', 'audit']);
  const { plan, outcome } = await resendEvent(rig.target, 'msg_1', options({ body: Buffer.from(body) }));
  expect({ outcome, willRun: plan.willRun, completed: plan.completed }).toEqual({
    outcome: 'moved',
    willRun: ['backfill'],
    completed: ['audit'],
  });
  expect(await attributesOf()).toEqual({
    body,
    group: 'acme',
    'svix-id': 'msg_1',
    'event-type': 'sync.complete',
    'received-at': String(facts.receivedAtMs),
    'svix-timestamp': String(Math.floor(facts.receivedAtMs / 1000) + 300),
  });
});

test('of another sender, whose fields are not known here, type and customer are the recorded ones', async () => {
  const body = '{"kind":"done","org":"acme"}';
  const facts = { ...factsOf('openai:msg_2', body, 'openai:response.completed'), customerId: 'acme' };
  await rig.recordCompleted(facts, ['backfill']);
  await resendEvent(rig.target, 'openai:msg_2', options({ body: Buffer.from(body) }));
  expect(await attributesOf()).toMatchObject({
    body,
    group: 'openai:acme',
    'svix-id': 'openai:msg_2',
    'event-type': 'openai:response.completed',
  });
});

test('on a stack a letter that is left of a completed event moves; without one Svix has the payload', async () => {
  const stack = rig.variant({ kind: 'stack' });
  const body = syncBody('run-3');
  await rig.recordCompleted(factsOf('msg_3', body), ['backfill', 'audit']);
  await expect(resendEvent(stack, 'msg_3', options())).rejects.toThrow(
    'the test holds no payload of msg_3: press Resend in Svix, or give its body with --file',
  );
  await rig.putLetters([{ eventId: 'msg_3', body, failure: failureOf() }]);
  expect(await resendEvent(stack, 'msg_3', options({ dryRun: true }))).toMatchObject({ outcome: 'planned' });
  expect(await rig.depth('dead')).toEqual({ visible: 1, hidden: 0 });
  expect(await resendEvent(stack, 'msg_3', options())).toMatchObject({ outcome: 'moved' });
  expect([await rig.depth('dead'), (await rig.drain('main')).length]).toEqual([{ visible: 0, hidden: 0 }, 1]);
});

test('an attempt that holds the event is left alone', async () => {
  const body = syncBody('run-4');
  await rig.recordDeadLettered(factsOf('msg_4', body), { completed: ['backfill'], someStillRunning: true });
  expect(await resendEvent(rig.target, 'msg_4', options({ body: Buffer.from(body) }))).toMatchObject({
    outcome: 'failed',
    error: expect.stringMatching(/^not sent: an attempt holds it/),
  });
  expect(await rig.drain('main')).toEqual([]);
});
