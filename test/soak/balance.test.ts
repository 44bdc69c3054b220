import { describe, expect, test } from '@jest/globals';
import type { Failure } from '../../lambdas/contract/failure.ts';
import type { LedgerRecord } from '../../lambdas/ledger/record.ts';
import type { DeadLetter } from '../../operator/dead-letters/dead-letter.ts';
import { record } from '../operator/records.ts';
import type { Accounts } from './accounts.ts';
import { balance } from './balance.ts';
import type { HandlerRuns } from './effect-counter.ts';
import type { Fault } from './fault-log.ts';
import type { SentEvent } from './sender.ts';

const BODY = 'a'.repeat(64);

const sentEvent = (fields: Partial<SentEvent> & Pick<SentEvent, 'id' | 'kind'>): SentEvent => ({
  bodySha256: BODY,
  accepted: 1,
  ...fields,
});
const letter = (eventId: string, reason: Failure['reason']): DeadLetter => ({
  messageId: `message of ${eventId}`,
  receiptHandle: 'handle',
  body: '',
  attributes: {},
  eventId,
  eventType: 'connection.deleted',
  bodySha256: BODY,
  failure: { reason, message: 'told to', handlers: [], attempts: 1, failedAtMs: 100 },
  sentAtMs: 100,
  receiveCount: 1,
});
const ran = (startsMs: number[], effectsMs: number[]): HandlerRuns => ({ startsMs, effectsMs });

interface World {
  sent: SentEvent[];
  records: LedgerRecord[];
  letters: DeadLetter[];
  runs: Record<string, Record<string, HandlerRuns>>;
  faults: Record<string, Fault[]>;
  forged: string[];
  queue: Accounts['queue'];
}

/** Two events that ended as they shall; `change` falsifies the accounts. */
function balanced(change: (world: World) => void = () => undefined) {
  const world: World = {
    sent: [sentEvent({ id: 'done', kind: 'quick' }), sentEvent({ id: 'dead', kind: 'fails for good' })],
    records: [
      record({ event_id: 'done', status: 'COMPLETED', handlers: { audit: 110, store: 110 } }),
      record({
        event_id: 'dead',
        status: 'FAILED',
        attempts: 0,
        dead_letter_reason: 'permanent',
        handlers: { audit: 110 },
      }),
    ],
    letters: [letter('dead', 'permanent')],
    runs: {
      done: { audit: ran([100], [105]), store: ran([100], [105]) },
      dead: { audit: ran([100], [105]), 'clean-up': ran([100], []) },
    },
    faults: {},
    forged: ['forged'],
    queue: { visible: 0, hidden: 0 },
  };
  change(world);
  return balance({
    sent: new Map(world.sent.map((event) => [event.id, event])),
    forged: new Set(world.forged),
    records: new Map(world.records.map((each) => [each.event_id, each])),
    letters: world.letters,
    queue: world.queue,
    runs: new Map(Object.entries(world.runs).map(([id, each]) => [id, new Map(Object.entries(each))])),
    faultsOf: (eventId) => world.faults[eventId] ?? [],
    maxAttempts: 6,
  });
}

function edit(world: World, eventId: string, fields: Partial<LedgerRecord>): void {
  world.records = world.records.map((each) => (each.event_id === eventId ? { ...each, ...fields } : each));
}

describe('the accounts', () => {
  test('balance', () => {
    expect(balanced()).toMatchObject({
      accepted: 2,
      completed: 1,
      deadLettered: 1,
      reasons: { permanent: 1 },
      recordedCompletions: 3,
      effects: 3,
      extraRuns: [],
      problems: [],
    });
  });

  const falsifications: [name: string, eventId: string, problem: string, change: (world: World) => void][] = [
    ['lost without a record', 'done', 'is lost', (world) => world.records.shift()],
    ['left in work', 'done', 'is lost', (world) => edit(world, 'done', { status: 'IN_PROGRESS' })],
    ['a dead letter lost', 'dead', 'is lost', (world) => world.letters.pop()],
    [
      'completed and dead-lettered',
      'done',
      'COMPLETED and on the dead-letter queue',
      (world) => world.letters.push(letter('done', 'permanent')),
    ],
    [
      'dead-lettered for another reason',
      'dead',
      'was dead-lettered as retention',
      (world) => world.letters.splice(0, 1, letter('dead', 'retention')),
    ],
    [
      'its record tells something else',
      'dead',
      'its record does not tell the same',
      (world) => edit(world, 'dead', { dead_letter_reason: 'retention' }),
    ],
    [
      'completed, but told to fail',
      'dead',
      'is COMPLETED',
      (world) => edit(world, 'dead', { status: 'COMPLETED' }),
    ],
    [
      'a completion not recorded',
      'done',
      'no completion is recorded of store',
      (world) => edit(world, 'done', { handlers: { audit: 110 } }),
    ],
    [
      'a completion recorded that nobody had',
      'dead',
      'clean-up is recorded as completed and had no effect',
      (world) => edit(world, 'dead', { handlers: { audit: 110, 'clean-up': 110 } }),
    ],
    [
      'a start after the recorded completion',
      'done',
      'store started after its recorded completion',
      (world) => world.runs['done']?.['store']?.startsMs.push(200),
    ],
    [
      'an effect that came again for no reason',
      'done',
      'nothing explains it',
      (world) => {
        edit(world, 'done', { handlers: { audit: 110, store: 210 } });
        world.runs['done'] = { audit: ran([100], [105]), store: ran([100, 200], [105, 205]) };
      },
    ],
    ['another body', 'done', 'another body', (world) => edit(world, 'done', { body_sha256: 'b'.repeat(64) })],
    [
      'never accepted',
      'done',
      'never answered',
      (world) => world.sent.splice(0, 1, { ...sentEvent({ id: 'done', kind: 'quick' }), accepted: 0 }),
    ],
    [
      'a forgery let in',
      'forged',
      'is forged',
      (world) => world.records.push(record({ event_id: 'forged' })),
    ],
    [
      'an event from nowhere',
      'who',
      'was never sent',
      (world) => world.letters.push(letter('who', 'permanent')),
    ],
    ['a message left', '-', '1 messages are left', (world) => (world.queue = { visible: 0, hidden: 1 })],
  ];
  test.each(falsifications)('%s: told, with the event', (_, eventId, problem, change) => {
    const { problems } = balanced((world) => void change(world));
    expect(problems.filter((each) => each.eventId === eventId).map((each) => each.problem)).toContainEqual(
      expect.stringContaining(problem),
    );
  });

  test('an effect that came again is explained by the kill between its two runs', () => {
    const { extraRuns, problems } = balanced((world) => {
      edit(world, 'done', { handlers: { audit: 110, store: 9_210 } });
      world.runs['done'] = { audit: ran([100], [105]), store: ran([100, 9_200], [105, 9_205]) };
      world.faults['done'] = [{ kind: 'worker killed', atMs: 150 }];
    });
    expect(problems).toEqual([]);
    expect(extraRuns).toEqual([{ eventId: 'done', handler: 'store', explained: 'worker killed' }]);
  });

  test('enough killed attempts may spend the budget, too few may not', () => {
    const problemsAfter = (kills: number) =>
      balanced((world) => {
        edit(world, 'done', { status: 'FAILED', attempts: 0, dead_letter_reason: 'abandoned' });
        world.letters.push(letter('done', 'abandoned'));
        world.faults['done'] = Array.from({ length: kills }, () => ({ kind: 'worker killed', atMs: 1 }));
      }).problems;
    expect(problemsAfter(4)).toEqual([]);
    expect(problemsAfter(3)).toMatchObject([{ eventId: 'done' }]);
  });

  test('a letter that came twice is folded and counted', () => {
    const drawn = balanced((world) => world.letters.push(letter('dead', 'permanent')));
    expect(drawn).toMatchObject({ letters: 2, extraLetters: 1, deadLettered: 1, problems: [] });
  });
});
