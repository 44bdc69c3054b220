import { readdir } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HandlerFailure } from '../../../lambdas/contract/failure.ts';
import type { DeadLetter } from '../../../operator/dead-letters/dead-letter.ts';
import { expiresAtMs, FailureGroups, groupIdOf } from '../../../operator/dead-letters/groups.ts';
import { selects } from '../../../operator/dead-letters/selection.ts';
import { topUserFrame } from '../../../operator/dead-letters/user-frame.ts';
import { patienceMs } from '../../support/slowness.js';
import { failureOf } from './rig.ts';

function groupDeadLetters(letters: readonly DeadLetter[]) {
  const groups = new FailureGroups();
  for (const each of letters) groups.add(each);
  return groups.all();
}

const DAY_MS = 86_400_000;
const SENT_AT_MS = Date.UTC(2026, 10, 23);
const project = new URL('../../../', import.meta.url).pathname;
let letters = 0;

function letter(overrides: Partial<DeadLetter> = {}): DeadLetter {
  letters += 1;
  return {
    messageId: `message-${letters}`,
    receiptHandle: 'handle',
    body: '{}',
    attributes: {},
    eventId: `msg_${letters}`,
    eventType: 'sync.complete',
    customerId: 'customer-1',
    bodySha256: 'a'.repeat(64),
    failure: failureOf(),
    sentAtMs: SENT_AT_MS,
    receiveCount: 1,
    ...overrides,
  };
}

const failing = (overrides: Partial<HandlerFailure>): HandlerFailure => ({
  handler: 'backfill',
  error: 'TypeError',
  message: 'no such customer',
  retryable: true,
  ...overrides,
});

describe('the top frame of user code', () => {
  test.each([
    ['at async Object.handle (/app/handlers.ts:13:52)', 'app/handlers.ts:13:52'],
    ['at load (file:///var/task/src/crm/client.ts:2:67)', 'load (src/crm/client.ts:2:67)'],
    [`at Object.notify (${project}src/crm/client.ts:2:67)`, 'notify (src/crm/client.ts:2:67)'],
    ['at new Client (/src/crm/client.ts:2:67)', 'new Client (src/crm/client.ts:2:67)'],
    [`at ${project}app/handlers/backfill.ts:1:2`, 'app/handlers/backfill.ts:1:2'],
    ['at async <anonymous> (/src/a b/c.ts:1:2)', 'src/a b/c.ts:1:2'],
    ['at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1611:16)', undefined],
    ['at Array.map (<anonymous>)', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%p is shown as %p', (stack, frame) => {
    expect(topUserFrame(stack)).toBe(frame);
  });

  test("a dependency's frames and the project's own give way to the handler's", () => {
    const stack = [
      'at Mt.handleError (/code/node_modules/@aws-sdk/core/protocol.js:60:27)',
      'at async run (/lambdas/consumer/run-handlers.ts:57:7)',
      'at async notify (/app/handlers.ts:6:11)',
    ];
    expect(topUserFrame(stack.join('\n'))).toBe('notify (app/handlers.ts:6:11)');
    expect(topUserFrame(stack.slice(0, 2).join('\n'))).toMatch(/^Mt\.handleError/);
  });

  test('every folder of the framework’s functions is known, in a checkout, on Lambda and as a package', async () => {
    const folders = await readdir(`${project}lambdas`, { withFileTypes: true });
    const own = folders.filter((entry) => entry.isDirectory()).map(({ name }) => `lambdas/${name}/a.ts:1:1`);
    expect(own.length).toBeGreaterThan(8);
    for (const place of own) {
      for (const root of [project, '/', '/var/task/', '/var/task/node_modules/supaglue-webhooks-aws/']) {
        const stack = `at run (${root}${place})\nat notify (/app/handlers/notify.ts:6:11)`;
        expect(topUserFrame(stack)).toBe('notify (app/handlers/notify.ts:6:11)');
      }
    }
  });

  test('the user’s project is where the command runs: the same frame on every machine', () => {
    expect(topUserFrame(`at notify (${process.cwd()}/app/handlers.ts:6:11)`)).toBe(
      'notify (app/handlers.ts:6:11)',
    );
  });

  test('any text is taken', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2_000, size: 'max' }), (text) => {
        topUserFrame(`at ${text}`);
        topUserFrame(text);
      }),
    );
    const startedAtMs = performance.now();
    topUserFrame(`at ${'( (:1'.repeat(200_000)}`);
    expect(performance.now() - startedAtMs).toBeLessThan(patienceMs(200));
  });
});

describe('groups', () => {
  test('letters with one error, handler and frame are one group; events are folded', () => {
    const groups = groupDeadLetters([
      letter({ eventId: 'msg_a', failure: failureOf({ failedAtMs: 3_000, attempts: 3 }) }),
      letter({ eventId: 'msg_b', failure: failureOf({ failedAtMs: 1_000 }), sentAtMs: SENT_AT_MS - DAY_MS }),
      letter({ eventId: 'msg_b', customerId: 'customer-2' }),
      letter({ failure: failureOf({ handlers: [failing({ error: 'RangeError' })] }) }),
    ]);
    expect(groups.map(({ events, letters: count }) => [events, count])).toEqual([
      [2, 3],
      [1, 1],
    ]);
    expect(groups[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}$/),
      reason: 'attempts-exhausted',
      error: 'TypeError',
      handler: 'backfill',
      frame: 'backfill (app/handlers/backfill.ts:12:9)',
      message: 'no such customer',
      events: 2,
      letters: 3,
      eventTypes: { 'sync.complete': 3 },
      customers: ['customer-1', 'customer-2'],
      firstAtMs: 1_000,
      lastAtMs: 3_000,
      attempts: 3,
      expiresAtMs: SENT_AT_MS + 13 * DAY_MS,
      eventIds: ['msg_a', 'msg_b'],
    });
    expect(expiresAtMs(letter())).toBe(SENT_AT_MS + 14 * DAY_MS);
  });

  test('the id tells error, handler, frame, code and event type apart, and nothing else', () => {
    const idOf = (handler: Partial<HandlerFailure>) =>
      groupIdOf(letter({ failure: failureOf({ handlers: [failing(handler)] }) }));
    const ids = [
      {},
      { error: 'RangeError' },
      { handler: 'audit' },
      { stack: 'at a (/src/a.ts:1:1)' },
      { code: 'E' },
    ].map(idOf);
    expect(new Set(ids).size).toBe(5);
    expect(idOf({ message: 'another', retryable: false })).toBe(ids[0]);
    const failure = failureOf({ handlers: [failing({})] });
    expect(groupIdOf(letter({ eventType: 'sync.paused', failure }))).not.toBe(ids[0]);
    // Stable between releases: it is what people paste into commands.
    expect(ids[0]).toBe('5e65bdae');
  });

  const refused = (issues: string) =>
    letter({
      failure: failureOf({
        reason: 'invalid-payload',
        message: `the body does not match the schema of sync.complete: ${issues}`,
        handlers: [],
      }),
    });
  const database = (code: string, message: string) =>
    letter({ failure: failureOf({ handlers: [failing({ error: 'DatabaseError', code, message })] }) });

  test.each([
    [
      'two fields of a schema',
      [refused('run_id: Required'), refused('result: Invalid option')],
      ['run_id', 'result'],
    ],
    [
      'two missing tables',
      [
        database(
          'sql-42P01',
          'the database answered 42P01: relation "supaglue.hubspot_contact" does not exist',
        ),
        database(
          'sql-42P01',
          'the database answered 42P01: relation "supaglue.hubspot_company" does not exist',
        ),
      ],
      ['supaglue.hubspot_contact', 'supaglue.hubspot_company'],
    ],
    [
      'two errors of SQL',
      [database('sql-23505', 'duplicate key "a"'), database('sql-57014', 'canceling statement')],
      [undefined, undefined],
    ],
  ])('%s are two groups, each with its own message', (_, letters, subjects) => {
    const groups = groupDeadLetters(letters);
    expect(groups).toHaveLength(2);
    expect(groups.map(({ subject }) => subject)).toEqual(subjects);
    expect(new Set(groups.map(({ message }) => message)).size).toBe(2);
  });

  test('one cause stays one group: the same field in other items of a list, another value that is not unique', () => {
    expect(
      groupDeadLetters([
        refused('contacts.3.email: Invalid email; contacts.7.email: Invalid email'),
        refused('contacts.12.email: Invalid email'),
      ]),
    ).toHaveLength(1);
    expect(
      groupDeadLetters([
        database('sql-23505', 'key "a-1" exists'),
        database('sql-23505', 'key "b-2" exists'),
      ]),
    ).toHaveLength(1);
  });

  test('of several failed handlers, what failed for good stands for the letter, then the first by name', () => {
    const handlers = [
      failing({ handler: 'b' }),
      failing({ handler: 'z', retryable: false }),
      failing({ handler: 'a' }),
    ];
    const handlerOf = (failed: readonly HandlerFailure[]) =>
      groupDeadLetters([letter({ failure: failureOf({ handlers: failed }) })])[0]?.handler;
    expect(handlerOf(handlers)).toBe('z');
    expect(handlerOf(handlers.filter(({ retryable }) => retryable))).toBe('a');
    expect(handlerOf(handlers.toReversed())).toBe('z');
  });

  test('a letter without a handler is grouped by its reason; without a reason it says that SQS moved it', () => {
    const { failure: _, ...moved } = letter();
    const groups = groupDeadLetters([
      moved,
      letter({
        failure: failureOf({ reason: 'invalid-json', message: 'the body is not JSON', handlers: [] }),
      }),
    ]);
    expect(groups.map(({ reason, error, message }) => ({ reason, error, message }))).toEqual([
      { reason: undefined, error: 'receive-limit', message: expect.stringContaining('moved by SQS') },
      { reason: 'invalid-json', error: 'invalid-json', message: 'the body is not JSON' },
    ]);
  });

  test('what is shown of a failure moves no cursor', () => {
    const failure = failureOf({
      handlers: [
        failing({
          error: 'A\u001b[2J',
          handler: 'h\u001b]0;x',
          message: 'm\u0007\n',
          stack: 'at f\u001b (/a.ts:1:1)',
        }),
      ],
    });
    const [group] = groupDeadLetters([letter({ failure })]);
    expect(JSON.stringify([group?.error, group?.handler, group?.message, group?.frame])).not.toMatch(/\\u00/);
  });
});

describe('a selection', () => {
  const one = letter({
    eventId: 'msg_x',
    messageId: 'id-x',
    messageGroupId: 'group-1',
    sentAtMs: SENT_AT_MS,
    body: Buffer.from('{"name":"Acme\u0007"}').toString('base64'),
    attributes: { 'body-encoding': { DataType: 'String', StringValue: 'base64' } },
    failure: failureOf({ handlers: failureOf().handlers.map((each) => ({ ...each, code: 'E_FULL' })) }),
  });
  const nowMs = SENT_AT_MS + 10_000;

  test.each([
    [{}, true],
    [{ id: 'msg_x' }, true],
    [{ id: 'id-x' }, true],
    [{ id: 'msg_y' }, false],
    [{ groupId: groupIdOf(one) }, true],
    [{ groupId: '00000000' }, false],
    [{ eventType: 'sync.complete', customerId: 'customer-1' }, true],
    [{ eventType: 'sync.complete', customerId: 'customer-2' }, false],
    [{ customerId: 'group-1' }, true],
    [{ customerId: '0d9ff1a4-0000-4000-8000-000000000000:customer-1' }, true],
    [{ olderThanMs: 10_000 }, true],
    [{ olderThanMs: 10_001 }, false],
    [{ youngerThanMs: 10_000 }, true],
    [{ youngerThanMs: 9_999 }, false],
    [{ youngerThanMs: 0 }, false],
    [{ error: 'typeERROR' }, true],
    [{ error: 'no such CUSTOMER' }, true],
    [{ error: 'all 12 attempts' }, true],
    [{ error: 'RangeError' }, false],
    [{ handler: 'backfill' }, true],
    [{ handler: 'back' }, false],
    [{ reason: 'attempts-exhausted', handler: 'backfill', grep: 'ACME' }, true],
    [{ reason: 'receive-limit' }, false],
    [{ code: 'E_FULL' }, true],
    [{ code: 'E_OTHER' }, false],
    [{ grep: '"name":"Acme' }, true],
    [{ grep: 'base64' }, false],
    [{ grep: 'acme', handler: 'audit' }, false],
  ])('%p selects it: %p', (selection, selected) => {
    expect(selects(selection, one, nowMs)).toBe(selected);
  });

  test('a letter that SQS moved is found by the reason that it shows', () => {
    const { failure: _, ...moved } = one;
    expect(selects({ reason: 'receive-limit', error: 'too many receives' }, moved, nowMs)).toBe(true);
  });
});
