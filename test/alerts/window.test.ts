import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Notice, SendAlert } from '../../lambdas/alerts/message.ts';
import { createAlertSender } from '../../lambdas/alerts/sender.ts';
import { ALERT_LEASE_MS, createDynamoDbAlertWindow, type WindowTable } from '../../lambdas/alerts/window.ts';
import { EVENT_ID_PATTERN } from '../../lambdas/contract/message.ts';
import { samples } from '../../lambdas/events/samples.ts';
import { EventRouter, NotYetError } from '../../lambdas/router/index.ts';
import { type DoEffect, exploreCrashes, type Tools, testPipeline } from '../../testing/index.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { alertOf } from './notice.ts';

const WINDOW_MS = 3_600_000;
const never = () => new Promise<never>(() => {});
const ABOUT = alertOf().about;

/** AWS returns the item that refused a write; the engine alone does not. */
describe.each([
  ['as AWS', true],
  ['without the item that refused a write', false],
])('the window of alerts, %s', (_engine, returnItemsOnRefusedWrite) => {
  let engines: TestEngines;
  let tableName: string;
  let nowMs: number;
  let clock: () => number;
  let published: Notice[];
  let logged: string[];
  let inputs: Parameters<WindowTable['updateItem']>[0][];
  let waits: number[];

  beforeAll(async () => {
    engines = await startEngines({ returnItemsOnRefusedWrite });
  });
  afterAll(() => engines.stopAll());
  beforeEach(async () => {
    tableName = await engines.createLedgerTable();
    nowMs = Date.UTC(2026, 10, 24);
    clock = () => nowMs;
    published = [];
    logged = [];
    inputs = [];
    waits = [];
  });

  const real: WindowTable = {
    updateItem: (input) => engines.dynamoDb.send(new UpdateItemCommand(input)),
    getItem: (input) => engines.dynamoDb.send(new GetItemCommand(input)),
  };
  const isConfirm = ({ UpdateExpression = '' }: { UpdateExpression?: string | undefined }) =>
    UpdateExpression.includes('alerted_until_ms = ');
  interface SenderOptions {
    readonly channel?: string;
    readonly publish?: (notice: Notice) => Promise<void>;
    /** Where it may crash. */
    readonly effect?: DoEffect;
    /** Called at each wait. */
    readonly slept?: () => Promise<void>;
    /** Waits are real ones. */
    readonly isTimed?: true;
    readonly table?: Partial<WindowTable>;
  }
  const sender = ({
    channel = 'topic',
    publish,
    effect = async (_name, work) => work(),
    slept,
    isTimed,
    table = {},
  }: SenderOptions = {}): SendAlert =>
    createAlertSender({
      channel,
      ...(isTimed === true
        ? {}
        : {
            sleep: async (ms, signal) => {
              signal.throwIfAborted();
              waits.push(ms);
              await slept?.();
            },
          }),
      publish: async (notice) => {
        await publish?.(notice);
        await effect('publish', () => void published.push(notice));
      },
      window: createDynamoDbAlertWindow({
        table: {
          ...real,
          updateItem: (input, signal) => {
            inputs.push(input);
            return effect(isConfirm(input) ? 'confirm' : 'claim', () => real.updateItem(input, signal));
          },
          ...table,
        },
        tableName,
        windowMs: WINDOW_MS,
        nowMs: () => clock(),
      }),
    });
  const log = (message: string) => void logged.push(message);
  const context = () => ({
    signal: new AbortController().signal,
    logger: { debug: log, info: log, warn: log, error: log },
  });
  const send = (eventId: string, by = sender()) => by(alertOf({ eventId }), context());
  const sentOf = () => published.map(({ alert, suppressed }) => [alert.eventId, suppressed]);
  const item = async () => {
    const Key = inputs[0]?.Key;
    const { Item } = await engines.dynamoDb.send(new GetItemCommand({ TableName: tableName, Key }));
    return Item;
  };

  test('one alert within the window; the next after it says how many were suppressed', async () => {
    for (const eventId of ['first', 'second', 'third']) await send(eventId);
    nowMs += WINDOW_MS - 1;
    await send('fourth');
    expect(sentOf()).toEqual([['first', 0]]);
    nowMs += 1;
    await send('fifth');
    await send('sixth');
    nowMs += WINDOW_MS;
    await send('seventh');
    nowMs += WINDOW_MS;
    await send('eighth');
    expect(sentOf()).toEqual([
      ['first', 0],
      ['fifth', 3],
      ['seventh', 1],
      ['eighth', 0],
    ]);
    expect(logged.filter((message) => message === 'alert suppressed')).toHaveLength(4);
  });

  test('what differs in anything is another alert', async () => {
    await send('first');
    const others = ABOUT.map((_part, index) => ABOUT.map((part, at) => (at === index ? 'other' : part)));
    // The same letters, parted otherwise.
    others.push(['example-customerhubspot', '', ...ABOUT.slice(2)]);
    for (const about of others) await sender()(alertOf({ about }), context());
    await sender()(alertOf({ kind: 'sync-paused' }), context());
    await send('first', sender({ channel: 'slack' }));
    expect(published).toHaveLength(others.length + 3);
    expect(new Set(published.map(({ key }) => key)).size).toBe(published.length);
    expect(logged).not.toContain('alert suppressed');
  });

  test('no character of a name joins it to its neighbour: each kind of alert has a key of its own', async () => {
    const characters = Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code));
    const keyOf = async (about: readonly string[]) => {
      const keys: string[] = [];
      const by = createAlertSender({
        channel: 'topic',
        publish: async ({ key }) => void keys.push(key),
      });
      await by(alertOf({ about }), context());
      return keys[0];
    };
    for (const character of characters) {
      const [one, other] = await Promise.all([
        keyOf([`a${character}b`, 'c']),
        keyOf(['a', `b${character}c`]),
      ]);
      if (one === other) throw new Error(`joined by ${JSON.stringify(character)}`);
    }
  });

  test('a publish that fails swallows nothing: the event’s own retry sends it', async () => {
    const failing = sender({ publish: () => Promise.reject(new Error('throttled')) });
    await expect(send('first', failing)).rejects.toThrow('throttled');
    await send('first', sender());
    await send('second');
    expect(sentOf()).toEqual([['first', 0]]);
  });

  describe('killed', () => {
    const router = (tools: Tools) => {
      clock = tools.nowMs;
      const by = sender({ effect: tools.effect });
      return new EventRouter().on('sync.complete', 'alert', async ({ eventId, signal, logger }) => {
        await by(alertOf({ eventId }), { signal, logger });
      });
    };

    test('before and after each of claim, publish and confirm: only between the last two it is sent twice', async () => {
      const { places } = await exploreCrashes(router, samples['sync.complete'], {
        faults: ['crash-before', 'crash-after'],
        world: {
          reset: async () => {
            tableName = await engines.createLedgerTable();
            published = [];
          },
          snapshot: () => published.length,
        },
      });
      expect(places.map(({ when, effect, fine }) => [when, effect.name, fine])).toEqual([
        ['before', 'claim', true],
        ['after', 'claim', true],
        ['before', 'publish', true],
        ['after', 'publish', false],
        ['before', 'confirm', false],
        ['after', 'confirm', true],
      ]);
    });

    test.each([
      ['claim', 1, ['second']],
      ['publish', 2, ['first', 'second']],
      ['confirm', 3, ['first']],
    ])(
      'after its %s: others wait for the lease, then one of them sends',
      async (_effect, crashAfter, sent) => {
        const pipeline = testPipeline(router);
        pipeline.faults.crashAfterEffect(crashAfter);
        await pipeline.deliver(samples['sync.complete'], { eventId: 'first' });
        const second = await pipeline.deliver(samples['sync.complete'], { eventId: 'second' });
        const [attempt] = pipeline.outcome(second).attempts;
        expect(attempt?.error?.name).toBe(crashAfter === 3 ? undefined : 'NotYetError');
        expect(waits).toEqual(crashAfter === 3 ? [] : [100, 200, 400, 800]);
        await pipeline.finish();
        expect(published.map(({ alert }) => alert.eventId)).toEqual(sent);
      },
    );
  });

  test('who finds another at it waits for its outcome, and is quiet when that was sent', async () => {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let isSending = () => {};
    const started = new Promise<void>((resolve) => {
      isSending = resolve;
    });
    const slow = sender({
      publish: () => {
        isSending();
        return held;
      },
    });
    const sending = send('first', slow);
    await started;
    await send(
      'second',
      sender({
        slept: async () => {
          letGo();
          await sending;
        },
      }),
    );
    expect(sentOf()).toEqual([['first', 0]]);
    expect(waits).toEqual([100]);
    expect(logged.at(-1)).toBe('alert suppressed');
  });

  test('a publish that fails lets others try at once', async () => {
    const failing = sender({ publish: () => Promise.reject(new Error('down')) });
    await expect(send('first', failing)).rejects.toThrow('down');
    await expect(send('second', failing)).rejects.toThrow('down');
    await send('third');
    await send('first');
    expect(sentOf()).toEqual([['third', 0]]);
    expect(waits).toEqual([]);
  });

  /** An event's publish has begun and never ends. */
  const dying = () =>
    new Promise<void>((resolve) => {
      const publish = () => {
        resolve();
        return never();
      };
      void send('dying', sender({ publish }));
    });

  test('after the window who finds another at it waits for that one, quiet as the last one was', async () => {
    await send('first');
    nowMs += WINDOW_MS;
    await dying();
    await expect(send('third')).rejects.toThrow(NotYetError);
    expect(logged).toEqual(['alert sent']);
  });

  test('a wait ends with the attempt', async () => {
    await dying();
    const attempt = new AbortController();
    const ended = sender({ slept: async () => attempt.abort(new Error('the time is up')) })(
      alertOf({ eventId: 'second' }),
      { ...context(), signal: attempt.signal },
    );
    await expect(ended).rejects.toThrow('the time is up');
  });

  test('so does a real one', async () => {
    await dying();
    const attempt = new AbortController();
    const updateItem: WindowTable['updateItem'] = (input) =>
      real.updateItem(input, attempt.signal).finally(() => attempt.abort());
    const ended = sender({ isTimed: true, table: { updateItem } })(alertOf({ eventId: 'second' }), {
      ...context(),
      signal: attempt.signal,
    });
    await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('a window that cannot be opened does not send the alert again', async () => {
    const failing = sender({
      table: {
        updateItem: (input, signal) =>
          isConfirm(input) ? Promise.reject(new Error('throttled')) : real.updateItem(input, signal),
      },
    });
    await send('first', failing);
    expect(logged).toEqual(['alert sent', 'the alert is sent, but its window could not be opened']);
    nowMs += ALERT_LEASE_MS;
    await send('second');
    expect(sentOf()).toEqual([
      ['first', 0],
      ['second', 0],
    ]);
  });

  test('an event whose completion was not recorded alerts once', async () => {
    await send('first');
    await send('first', sender());
    nowMs += WINDOW_MS;
    await send('second');
    expect(logged).toEqual(['alert sent', 'alert already sent', 'alert sent']);
    expect(sentOf()).toEqual([
      ['first', 0],
      ['second', 0],
    ]);
  });

  test('ten at once send one', async () => {
    let settledCount = 0;
    let letGo = () => {};
    const othersSettled = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const slow = sender({ publish: () => othersSettled });
    const ids = Array.from({ length: 10 }, (_, index) => `event-${index}`);
    const results = await Promise.all(
      ids.map((eventId) =>
        send(eventId, slow)
          .catch((error: unknown) => error)
          .finally(() => {
            settledCount += 1;
            if (settledCount === ids.length - 1) letGo();
          }),
      ),
    );
    expect(results.filter((result) => result instanceof NotYetError)).toHaveLength(9);
    for (const eventId of ids) await send(eventId, sender());
    expect(published).toHaveLength(1);
    nowMs += WINDOW_MS;
    await send('last');
    expect(published.at(-1)?.suppressed).toBe(9);
  });

  test('a write whose answer was lost is sent again by the SDK, and is applied once', async () => {
    const repeating: SenderOptions = {
      table: {
        async updateItem(input, signal) {
          await real.updateItem(input, signal);
          return real.updateItem(input, signal);
        },
      },
    };
    for (const eventId of ['first', 'second', 'third']) await send(eventId, sender(repeating));
    nowMs += WINDOW_MS;
    await send('fourth', sender(repeating));
    await send('fifth', sender(repeating));
    nowMs += WINDOW_MS;
    await send('sixth', sender(repeating));
    expect(sentOf()).toEqual([
      ['first', 0],
      ['fourth', 2],
      ['sixth', 1],
    ]);
  });

  test('a claim that arrives a second time after the confirmation changes nothing', async () => {
    await send('first');
    const before = await item();
    const [claim] = inputs;
    if (claim === undefined) throw new Error('no claim');
    await expect(real.updateItem(claim, context().signal)).rejects.toThrow(/conditional request failed/i);
    expect(await item()).toEqual(before);
  });

  test('what refused a claim is read, consistently, only where the refusal does not hold it', async () => {
    await send('first');
    const reads: unknown[] = [];
    const getItem: WindowTable['getItem'] = (input, signal) => {
      reads.push(input.ConsistentRead);
      return real.getItem(input, signal);
    };
    await send('second', sender({ table: { getItem } }));
    expect(reads).toEqual(returnItemsOnRefusedWrite ? [] : [true]);
  });

  test('a table that fails lets nothing be sent, and the event is retried', async () => {
    const failing = sender({ table: { updateItem: () => Promise.reject(new Error('no table')) } });
    await expect(send('first', failing)).rejects.toThrow('no table');
    expect(published).toEqual([]);
  });

  test('the item names nobody, never meets an event’s record, and expires', async () => {
    await send('first');
    const found = (await item()) ?? {};
    expect(Object.keys(found).sort()).toEqual([
      'alerted_until_ms',
      'event_id',
      'expires_at',
      'owner',
      'suppressed',
    ]);
    expect(found['event_id']?.S).toMatch(/^alert#[A-Za-z0-9_-]{43}$/);
    expect(found['event_id']?.S).not.toMatch(EVENT_ID_PATTERN);
    // A week after the window: the count of what was suppressed waits for the next alert.
    expect(Number(found['expires_at']?.N)).toBe(Math.ceil((nowMs + WINDOW_MS) / 1_000) + 604_800);
    expect(JSON.stringify(found)).not.toMatch(/example-customer|hubspot|contact/);
  });
});

test('without a window every alert is sent', async () => {
  const published: Notice[] = [];
  const send = createAlertSender({
    channel: 'topic',
    publish: async (notice) => void published.push(notice),
  });
  const logged: unknown[] = [];
  const logger = { debug() {}, info: (...line: unknown[]) => void logged.push(line), warn() {}, error() {} };
  const context = { signal: new AbortController().signal, logger };
  await send(alertOf(), context);
  await send(alertOf({ eventId: 'other' }), context);
  expect(published.map(({ suppressed }) => suppressed)).toEqual([0, 0]);
  expect(logged).toEqual(Array(2).fill(['alert sent', { alert: 'sync-error', channel: 'topic' }]));
});
