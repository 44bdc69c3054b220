import { describe, expect, test } from '@jest/globals';
import type { DeadLetter } from '../../operator/dead-letters/dead-letter.ts';
import type { Look, LookOptions } from '../../operator/dead-letters/look.ts';
import type { ChangeResult, EventOutcome } from '../../operator/dead-letters/redrive.ts';
import { Cached } from '../../operator/inspector/data/cached.ts';
import { Changes } from '../../operator/inspector/data/changes.ts';
import {
  parseSelection,
  selectionFields,
  selectionText,
} from '../../operator/inspector/data/selection-query.ts';
import { InspectorSnapshot, type SnapshotOptions } from '../../operator/inspector/data/snapshot.ts';
import { Turns } from '../../operator/inspector/data/turns.ts';
import { visibleText } from '../../operator/inspector/pages/page-text.ts';

const never = new AbortController().signal;

const letter = (messageId: string, body = '{}'): DeadLetter => ({
  messageId,
  receiptHandle: 'handle',
  body,
  attributes: {},
  eventType: 'sync.complete',
  bodySha256: '',
  sentAtMs: 1,
  receiveCount: 1,
});

/** Looks that end when the test says so. */
class Looks {
  readonly begun: LookOptions[] = [];
  readonly #ends: ((outcome: Look | Error) => void)[] = [];

  readonly take = (options: LookOptions): Promise<Look> => {
    this.begun.push(options);
    return new Promise((resolve, reject) =>
      this.#ends.push((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome))),
    );
  };

  end(outcome: Partial<Look> | Error): void {
    const look = {
      letters: [],
      seen: 0,
      expected: 0,
      hidden: 0,
      interrupted: false,
      comingBack: 0,
      takenAtMs: 1,
    };
    const { onLetter } = this.begun[this.begun.length - this.#ends.length] ?? {};
    if (!(outcome instanceof Error)) for (const each of outcome.letters ?? []) void onLetter?.(each);
    this.#ends.shift()?.(outcome instanceof Error ? outcome : { ...look, ...outcome });
  }
}

function snapshotOf(looks: Looks, options: Partial<SnapshotOptions> = {}): InspectorSnapshot {
  return new InspectorSnapshot({
    takeLook: looks.take,
    turns: new Turns(),
    nowMs: () => 0,
    signal: never,
    restMs: 1_000,
    ...options,
  });
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the snapshot', () => {
  test('takes one look at a time, and is there for whoever needs it meanwhile', async () => {
    const looks = new Looks();
    const snapshot = snapshotOf(looks);
    const needed = [snapshot.need(60_000), snapshot.need(60_000)];
    const asked = snapshot.lookAgain(60_000);
    await settle();
    expect(looks.begun).toHaveLength(1);
    looks.begun[0]?.onProgress?.(10, 30);
    expect(snapshot.state).toMatchObject({ looking: { seen: 10, expected: 30 }, letters: [] });
    looks.end({ letters: [letter('1')], takenAtMs: 5 });
    const states = await Promise.all(needed);
    await asked;
    expect(states[0]).toMatchObject({
      takenAtMs: 5,
      withoutBody: new Set(),
      letters: [{ messageId: '1' }],
      groups: [{ letters: 1 }],
    });
    expect(states[0]?.looking).toBeUndefined();
    // Nobody needs a second one.
    await snapshot.need(60_000);
    expect(looks.begun).toHaveLength(1);
  });

  test('a first look that takes long is not waited for', async () => {
    expect(await snapshotOf(new Looks()).need(1)).toMatchObject({ letters: [] });
  });

  test('looks again when the depth has changed, after a rest', async () => {
    const looks = new Looks();
    let nowMs = 0;
    const snapshot = snapshotOf(looks, { nowMs: () => nowMs });
    snapshot.depthSeen(3);
    await settle();
    // Nobody has needed letters yet.
    expect(looks.begun).toHaveLength(0);
    const first = snapshot.need(60_000);
    await settle();
    looks.end({});
    await first;
    nowMs = 5_000;
    snapshot.depthSeen(3);
    await settle();
    expect(looks.begun).toHaveLength(1);
    snapshot.depthSeen(4);
    await settle();
    expect(looks.begun).toHaveLength(2);
    looks.end({});
    await snapshot.settled();
    nowMs = 5_999;
    snapshot.depthSeen(5);
    await settle();
    expect(looks.begun).toHaveLength(2);
    nowMs = 6_000;
    snapshot.depthSeen(5);
    await settle();
    expect(looks.begun).toHaveLength(3);
  });

  test('a look that failed keeps what was seen before, and is not repeated by every poll', async () => {
    const looks = new Looks();
    let nowMs = 0;
    const snapshot = snapshotOf(looks, { nowMs: () => nowMs });
    const first = snapshot.need(60_000);
    await settle();
    looks.end(new Error('access denied'));
    expect(await first).toMatchObject({ error: new Error('access denied') });
    await snapshot.need(60_000);
    expect(looks.begun).toHaveLength(1);
    nowMs = 1_000;
    const second = snapshot.need(60_000);
    await settle();
    looks.end({ letters: [letter('1')] });
    expect((await second).error).toBeUndefined();
    const third = snapshot.refresh();
    await settle();
    looks.end(new Error('gone'));
    await third;
    expect(snapshot.state).toMatchObject({ error: new Error('gone'), letters: [{ messageId: '1' }] });
  });

  test('keeps every letter, with its group; of bodies what fits in memory, and says which do not', async () => {
    const looks = new Looks();
    const snapshot = snapshotOf(looks, { maxBodyCharacters: 100 });
    const state = snapshot.need(60_000);
    await settle();
    expect(looks.begun[0]?.limit).toBeUndefined();
    looks.end({ letters: ['1', '2', '3'].map((id) => letter(id, id.repeat(id === '2' ? 60 : 45))) });
    const { letters, withoutBody, groups } = await state;
    expect(letters.map(({ body }) => body.length)).toEqual([45, 0, 45]);
    expect(withoutBody).toEqual(new Set(['2']));
    expect(letters.map(({ groupId }) => groupId)).toEqual(Array(3).fill(groups[0]?.id));
  });

  test('after a change it looks anew, also when a look was under way', async () => {
    const looks = new Looks();
    const snapshot = snapshotOf(looks);
    const before = snapshot.need(60_000);
    const after = snapshot.refreshAfterChange();
    await settle();
    looks.end({});
    await before;
    await settle();
    expect(looks.begun).toHaveLength(2);
    looks.end({ letters: [letter('left')] });
    await after;
    expect(snapshot.state.letters).toHaveLength(1);
  });
});

describe('changes', () => {
  const result: ChangeResult = {
    moved: 1,
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
  const outcome = (id: string, kind: EventOutcome['outcome'] = 'moved'): EventOutcome => {
    const whole = { ...letter(id), eventId: id };
    const plan = {
      letter: whole,
      copies: [whole],
      disposition: 'run',
      willRun: ['backfill'],
      completed: [],
    } as const;
    return { plan, outcome: kind, ...(kind === 'failed' ? { error: 'not sent' } : {}) };
  };

  test('one at a time, with progress, stopped when asked', async () => {
    const changes = new Changes({ nowMs: () => 7, signal: never });
    const change = changes.start('redrive', 'all', async ({ signal, onProgress }) => {
      onProgress({ looked: 5, expected: 9, done: 2 });
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return { ...result, interrupted: true };
    });
    expect(changes.start('delete', 'all', async () => result)).toBeUndefined();
    expect(changes.get('1')).toMatchObject({
      stopping: false,
      progress: { looked: 5, expected: 9, done: 2 },
    });
    changes.stop('1');
    expect(changes.get('1')).toMatchObject({ stopping: true });
    await changes.ended();
    expect(changes.get(change?.id ?? '')).toMatchObject({ endedAtMs: 7, result: { interrupted: true } });
    expect(changes.start('delete', 'all', async () => result)).toMatchObject({ id: '2' });
  });

  test('an error is its end; what failed is kept first, and no letter’s body', async () => {
    const changes = new Changes({ nowMs: () => 7, signal: never });
    changes.start('redrive', 'all', async ({ onOutcome }) => {
      for (let index = 0; index < 300; index += 1) onOutcome(outcome(`msg_${index}`));
      onOutcome(outcome('msg_failed', 'failed'));
      throw new Error('access denied');
    });
    await changes.ended();
    const change = changes.get('1');
    expect(change).toMatchObject({ error: new Error('access denied'), endedAtMs: 7 });
    expect(change?.outcomes).toHaveLength(200);
    expect(change?.outcomes[0]).toEqual({
      id: 'msg_failed',
      eventType: 'sync.complete',
      outcome: 'failed',
      disposition: 'run',
      willRun: ['backfill'],
      error: 'not sent',
    });
  });
});

test('turns: one after the other, also after one that failed', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const first = turns.take(async () => {
    await settle();
    order.push('first');
    throw new Error('failed');
  });
  const second = turns.take(async () => order.push('second'));
  await expect(first).rejects.toThrow('failed');
  await second;
  expect(order).toEqual(['first', 'second']);
});

test('a cached reading: one read for all, anew after its time, and no failure is kept', async () => {
  let nowMs = 0;
  const outcomes: (number | Error)[] = [1, new Error('no'), 3];
  let reads = 0;
  const cached = new Cached(
    async () => {
      reads += 1;
      const outcome = outcomes.shift();
      if (outcome instanceof Error) throw outcome;
      return outcome;
    },
    100,
    () => nowMs,
  );
  expect(await Promise.all([cached.get(), cached.get()])).toEqual([1, 1]);
  nowMs = 99;
  expect(await cached.get()).toBe(1);
  expect(reads).toBe(1);
  nowMs = 100;
  await expect(cached.get()).rejects.toThrow('no');
  expect(await cached.get()).toBe(3);
});

describe('a selection in an address', () => {
  const parse = (fields: Readonly<Record<string, string>>) => parseSelection((name) => fields[name]);

  test('is read back as it was written', () => {
    const selection = {
      groupId: '0a1b2c3d',
      eventType: 'sync.complete',
      customerId: 'a b',
      olderThanMs: 90_000,
      youngerThanMs: 7_200_000,
    };
    expect(parse(Object.fromEntries(selectionFields(selection)))).toEqual(selection);
    expect(selectionText(selection)).toBe(
      'group 0a1b2c3d, type sync.complete, customer a b, older than 90 s, newer than 2 h',
    );
    expect(parse({ id: ' msg_1 ', type: '' })).toEqual({ id: 'msg_1' });
    expect(selectionText({})).toBe('all dead letters');
  });

  test.each([
    { 'older-than': 'soon' },
    { 'newer-than': '-1h' },
    { reason: 'because' },
    { group: 'x; rm' },
    { type: 'x'.repeat(257) },
  ])('refuses %j', (fields) => {
    expect(() => parse(fields)).toThrow(expect.objectContaining({ name: 'UsageError' }));
  });
});

test('text of several lines shows what would be hidden, and its own breaks', () => {
  expect(visibleText('a\r\n\tb\u202e\u0007\u2066c\ud800')).toBe('a\n\tb\\u202e\\u0007\\u2066c\ufffd');
  expect(visibleText('abc', 2)).toBe('ab…');
});
