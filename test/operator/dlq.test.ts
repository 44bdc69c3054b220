import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { changeSchema, fastRedriveSchema, listSchema, showSchema } from '../../operator/commands/dlq/json.ts';
import { attributesOf, decodeExportedLetter } from '../../operator/dead-letters/exported-letter.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import {
  type DeadLetterWorld,
  eventIds,
  FAILED_AT_MS,
  seeds,
  startDeadLetterWorld,
} from './support/dead-letter-world.ts';

let engines: TestEngines;
beforeAll(async () => {
  engines = await startEngines();
});
afterAll(() => engines?.stopAll());

let world: DeadLetterWorld;
beforeEach(async () => {
  world = await startDeadLetterWorld(engines);
});
afterEach(() => world?.stop());

const BINARY = { DataType: 'Binary.png', BinaryValue: Uint8Array.from([0, 1, 127, 128, 255]) };

/** What people read: no control character but the line break, and 80 columns. */
function expectReadable(text: string): void {
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Control}\p{Bidi_Control}]/u);
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
}

describe('dlq list', () => {
  test('groups by cause, says what to do next, and leaves every letter visible', async () => {
    await world.seed(seeds(30));
    const shown = await world.inProcess('dlq', 'list');
    const json = await world.inProcess('dlq', 'list', '--json');
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expectReadable(shown.stdout);

    expect(json).toMatchObject({ code: 0, stderr: '' });
    const list = listSchema.parse(JSON.parse(json.stdout));
    expect(list).toMatchObject({ target: 'the local run', letters: 30, events: 30, expected: 30, hidden: 0 });
    expect(list.expiring).toBeUndefined();
    // One for each of three event types, and one for what SQS moved, whatever its type.
    const [first, second, third, moved, ...others] = list.groups;
    expect(others).toEqual([]);
    const types = [first, second, third].flatMap((group) => Object.keys(group?.event_types ?? {}));
    expect(types.sort()).toEqual(['connection.deleted', 'sync.complete', 'sync.paused']);
    for (const group of [first, second, third]) {
      expect(group).toMatchObject({
        reason: 'attempts-exhausted',
        error: 'TypeError',
        handler: 'alert-on-sync-error',
        events: 9,
        last_at_ms: FAILED_AT_MS,
        attempts: 12,
        customers: ['example-customer'],
      });
    }
    expect(moved).toMatchObject({ error: 'receive-limit', events: 3 });
    expect(moved?.reason).toBeUndefined();

    expect(shown.stdout).toMatch(
      new RegExp(`^${first?.group_id} +9 +4\\S* min +TypeError in alert-on-sync-error$`, 'm'),
    );
    expect(shown.stdout).toContain('30 dead letters (30 events) in 4 groups');
    expect(shown.stdout).toContain(`dlq redrive --group ${first?.group_id} --dry-run --local`);
    expect(await world.depth('dead')).toEqual({ visible: 30, hidden: 0 });
  });

  test('an empty queue; --limit looks at no more than that', async () => {
    expect(await world.inProcess('dlq', 'list')).toMatchObject({
      code: 0,
      stdout: 'the dead-letter queue of the local run is empty\n',
    });
    await world.seed(seeds(12));
    const limited = await world.inProcess('dlq', 'list', '--limit', '5', '--json');
    expect(listSchema.parse(JSON.parse(limited.stdout))).toMatchObject({ letters: 5, expected: 12 });
  });
});

describe('dlq show', () => {
  const hostile = '<script>alert(1)</script>\u001b[2J\u009b31m\u202e\r';

  test('the whole letter, with hostile text as text', async () => {
    const body = `{"webhook_event_type":"sync.complete","n":12345678901234567890,"html":"<script>alert(1)</script>","c1":"\u009b31m\u202e","long":"${'x'.repeat(200)}"}`;
    await world.seed([
      {
        eventId: 'msg_hostile',
        body,
        failure: {
          message: hostile,
          handlers: [
            {
              handler: `h${hostile}`,
              error: hostile,
              message: hostile,
              code: hostile,
              retryable: false,
              stack: hostile,
            },
          ],
        },
        attributes: { picture: BINARY },
      },
    ]);
    const shown = await world.inProcess('dlq', 'show', 'msg_hostile');
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expectReadable(shown.stdout);
    expect(shown.stdout).toContain('"html": "<script>alert(1)</script>"');
    // As it was sent: JavaScript would round it.
    expect(shown.stdout).toContain('"n": 12345678901234567890');
    expect(shown.stdout).toContain('picture (Binary.png): AAF/gP8=');
    expect(shown.stdout).toContain('Redrive     the ledger has no record of it: alert-on-sync-error runs');
    expectReadable((await world.inProcess('dlq', 'list')).stdout);

    const full = await world.inProcess('dlq', 'show', 'msg_hostile', '--full');
    expect(full.stdout).toContain(`"long": "${'x'.repeat(200)}"`);

    const json = await world.inProcess('dlq', 'show', 'msg_hostile', '--json');
    const document = showSchema.parse(JSON.parse(json.stdout));
    expect(document.letter.body).toBe(body);
    expect(document.letter.failure?.message).toBe(hostile);
    expect(document).toMatchObject({
      redrive: { disposition: 'unrecorded', will_run: ['alert-on-sync-error'] },
    });
    expect(await world.depth('dead')).toEqual({ visible: 1, hidden: 0 });
  });

  test('by message id, by group, with its record and its copies; an unknown id', async () => {
    await world.seed([{ eventId: 'msg_a' }, { eventId: 'msg_a' }, { eventId: 'msg_b' }]);
    await world.recordEvent({ event_id: 'msg_a', attempts_total: 12, handlers: { audit: FAILED_AT_MS } });
    const json = async (id: string) =>
      showSchema.parse(JSON.parse((await world.inProcess('dlq', 'show', id, '--json')).stdout));
    const copy = await json('msg_a');
    expect(copy.copies).toHaveLength(2);
    expect(copy.record).toMatchObject({ event_id: 'msg_a', attempts_total: 12 });
    expect(copy.redrive).toEqual({
      disposition: 'run',
      will_run: ['alert-on-sync-error'],
      completed: ['audit'],
    });
    expect((await json(copy.letter.message_id)).letter).toMatchObject({ message_id: copy.letter.message_id });
    expect(await json(copy.group_id)).toMatchObject({ group_id: copy.group_id });
    const text = (await world.inProcess('dlq', 'show', 'msg_a')).stdout;
    expect(text).toContain('2 letters of this event and body: a redrive moves one');
    expect(text).toContain('alert-on-sync-error runs; audit has completed and does not');

    const unknown = await world.inProcess('dlq', 'show', 'msg_none');
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toMatch(/^error: no dead letter of the local run has the id msg_none: .*\n$/);
  });
});

describe('dlq redrive', () => {
  const completed = { status: 'COMPLETED', handlers: { 'alert-on-sync-error': FAILED_AT_MS } } as const;

  test('one: moved unchanged but for its reason, a binary attribute too', async () => {
    await world.seed([{ eventId: 'msg_one', attributes: { picture: BINARY } }, { eventId: 'msg_other' }]);
    const { code, stdout } = await world.webhooks(['dlq', 'redrive', 'msg_one', '--json']);
    expect(code).toBe(0);
    expect(changeSchema.parse(JSON.parse(stdout))).toMatchObject({
      dry_run: false,
      moved: 1,
      events: [{ event_id: 'msg_one', outcome: 'moved', will_run: ['alert-on-sync-error'] }],
    });
    const [moved, ...others] = await world.drain('main');
    expect(others).toEqual([]);
    expect(moved?.Attributes?.MessageGroupId).toBe('example-customer');
    expect(Object.keys(moved?.MessageAttributes ?? {}).sort()).toEqual(
      ['event-type', 'picture', 'received-at', 'svix-id'].sort(),
    );
    expect(moved?.MessageAttributes?.['picture']?.DataType).toBe('Binary.png');
    expect([...(moved?.MessageAttributes?.['picture']?.BinaryValue ?? [])]).toEqual([0, 1, 127, 128, 255]);
    expect(eventIds(await world.drain('dead'))).toEqual(['msg_other']);
  });

  test('a filter needs --confirm; what is COMPLETED stays, and copies are moved once', async () => {
    await world.seed([...seeds(6), { eventId: 'msg_0000' }]);
    await world.recordEvent({ event_id: 'msg_0003', ...completed });
    const unconfirmed = await world.inProcess('dlq', 'redrive', '--type', 'sync.complete');
    expect(unconfirmed.code).toBe(1);
    expect(unconfirmed.stderr).toBe(
      'Nothing was moved. Repeat with --confirm:\n  npx supaglue-webhooks dlq redrive --type sync.complete --confirm --local\n',
    );
    expectReadable(unconfirmed.stdout);
    const dry = await world.inProcess('dlq', 'redrive', '--type', 'sync.complete', '--dry-run');
    expect(dry).toEqual({ code: 0, stdout: unconfirmed.stdout, stderr: '' });
    expect(await world.depth('dead')).toEqual({ visible: 7, hidden: 0 });

    const { code, stdout } = await world.inProcess(
      'dlq',
      'redrive',
      '--type',
      'sync.complete',
      '--confirm',
      '--json',
    );
    expect(code).toBe(0);
    const result = changeSchema.parse(JSON.parse(stdout));
    expect(result).toMatchObject({ moved: 1, skipped: 1, folded: 1, failed: 0, left_behind: 0 });
    expect(result.events).toHaveLength(2);
    expect(result.events.find(({ event_id: id }) => id === 'msg_0003')).toMatchObject({
      outcome: 'skipped',
      disposition: 'completed',
    });
    expect(eventIds(await world.drain('main'))).toEqual(['msg_0000']);
    expect(await world.inProcess('dlq', 'redrive', '--customer', 'nobody', '--confirm')).toMatchObject({
      code: 0,
    });
  });

  test('one that is COMPLETED is refused, unless its handler is to run again', async () => {
    await world.seed([{ eventId: 'msg_done' }]);
    await world.recordEvent({ event_id: 'msg_done', ...completed });
    const refused = await world.inProcess('dlq', 'redrive', 'msg_done');
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain('1 event skipped: COMPLETED in the ledger, nothing is left to run');
    expect(refused.stdout).toContain('dlq redrive msg_done --rerun all --local');
    const unknown = await world.inProcess('dlq', 'redrive', 'msg_done', '--rerun', 'nobody');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    const again = await world.inProcess('dlq', 'redrive', 'msg_done', '--rerun', 'alert-on-sync-error');
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('1 event moved: alert-on-sync-error runs');
    expect(await world.depth('main')).toEqual({ visible: 1, hidden: 0 });
  });

  test('what SQS does not take stays, and says so', async () => {
    await world.seed(seeds(2));
    world.onCall = ({ operation }) => (operation === 'SendMessageBatch' ? 'drop' : undefined);
    const { code, stdout } = await world.inProcess('dlq', 'redrive', '--all', '--confirm');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^2 events failed, in place: not sent: /);
    expect(stdout).toContain('0 events moved, 2 failed');
    expect(await world.depth('dead')).toEqual({ visible: 2, hidden: 0 });
    expect(await world.depth('main')).toEqual({ visible: 0, hidden: 0 });
  });

  test('what others hold is not looked at, and that is said', async () => {
    await world.seed([{ eventId: 'msg_held' }]);
    await world.holdOne();
    for (const change of ['redrive', 'delete']) {
      const unknown = await world.inProcess('dlq', change, 'msg_held');
      expect(unknown).toMatchObject({ code: 1, stdout: '' });
      expect(unknown.stderr).toMatch(
        /^error: no dead letter of .* or be one of 1 letter that another look or redrive holds just now\n$/,
      );
    }
    const all = await world.inProcess('dlq', 'redrive', '--all', '--confirm');
    expect(all).toMatchObject({
      code: 0,
      stderr: '1 more is held by another look or redrive, and was not looked at: repeat the\ncommand\n',
    });
    expect(all.stdout).toBe('no dead letter of the local run is visible: there is nothing to do\n');
    const json = await world.inProcess('dlq', 'redrive', '--all', '--confirm', '--json');
    expect(changeSchema.parse(JSON.parse(json.stdout))).toMatchObject({
      hidden: 1,
      unseen: 0,
      coming_back: 0,
      events: [],
    });
  });

  test('--fast hands all to SQS, after --confirm', async () => {
    await world.seed(seeds(25));
    expect(await world.inProcess('dlq', 'redrive', '--fast')).toMatchObject({
      code: 1,
      stdout: 'would move about 25 letters, whatever the ledger says\n',
    });
    const { code, stdout } = await world.inProcess('dlq', 'redrive', '--fast', '--confirm', '--json');
    expect(fastRedriveSchema.parse(JSON.parse(stdout))).toMatchObject({ moved: 25, status: 'COMPLETED' });
    expect(code).toBe(0);
    expect(await world.depth('main')).toEqual({ visible: 25, hidden: 0 });
  });
});

describe('dlq delete', () => {
  test('one at once; --completed after --confirm, and only that', async () => {
    await world.seed(seeds(5));
    await world.recordEvent({ event_id: 'msg_0001', status: 'COMPLETED' });
    const one = await world.inProcess('dlq', 'delete', 'msg_0004');
    expect(one).toMatchObject({ code: 0 });
    expect(one.stdout).toMatch(/^1 event deleted: .*\n {2}msg_0004 {2}sync\.paused\n\n1 event deleted\n$/);

    const unconfirmed = await world.inProcess('dlq', 'delete', '--completed');
    expect(unconfirmed.code).toBe(1);
    expect(unconfirmed.stderr).toContain('A deletion cannot be undone. Keep a copy first:');
    expect(unconfirmed.stderr).toContain('Nothing was deleted. Repeat with --confirm:');
    expect(await world.depth('dead')).toEqual({ visible: 4, hidden: 0 });

    const { code, stdout } = await world.inProcess('dlq', 'delete', '--completed', '--confirm', '--json');
    expect(code).toBe(0);
    expect(changeSchema.parse(JSON.parse(stdout))).toMatchObject({ deleted: 1, skipped: 3, moved: 0 });
    expect(eventIds(await world.drain('dead'))).toEqual(['msg_0000', 'msg_0002', 'msg_0003']);
    expect(await world.depth('main')).toEqual({ visible: 0, hidden: 0 });
  });
});

test('the same words choose for list, export, redrive and delete', async () => {
  await world.seed([
    { eventId: 'msg_this', body: '{"company":"Acme"}' },
    { eventId: 'msg_other', body: '{"company":"Globex"}' },
    { eventId: 'msg_moved', body: '{"company":"Acme"}', failure: null },
  ]);
  const words = ['--grep', 'acme', '--error', 'typeerror', '--handler', 'alert-on-sync-error'];
  const listed = await world.inProcess('dlq', 'list', ...words, '--json');
  expect(listSchema.parse(JSON.parse(listed.stdout))).toMatchObject({
    letters: 1,
    looked: 3,
    groups: [{ event_ids: ['msg_this'] }],
  });
  const none = await world.inProcess('dlq', 'list', '--grep', 'initech');
  expect(none.stdout).toBe('none of the 3 dead letters of the local run fits\n');
  const exported = await world.inProcess('dlq', 'export', ...words);
  expect(exported.stdout.trimEnd().split('\n').map(decodeExportedLetter)).toMatchObject([
    { event_id: 'msg_this' },
  ]);
  const dry = await world.inProcess('dlq', 'delete', ...words);
  expect(dry.stderr.replace(/ \\\n +/g, ' ')).toContain(
    'dlq delete --error typeerror --handler alert-on-sync-error --grep acme --confirm',
  );
  const moved = await world.inProcess('dlq', 'redrive', ...words, '--rate', '50/s', '--confirm', '--json');
  expect(changeSchema.parse(JSON.parse(moved.stdout))).toMatchObject({ moved: 1 });
  expect(eventIds(await world.drain('main'))).toEqual(['msg_this']);
  const deleted = await world.inProcess('dlq', 'delete', '--reason', 'receive-limit', '--confirm', '--json');
  expect(changeSchema.parse(JSON.parse(deleted.stdout))).toMatchObject({ deleted: 1 });
  expect(eventIds(await world.drain('dead'))).toEqual(['msg_other']);
});

describe('dlq export', () => {
  test('to standard output, by a filter, with what is needed to send it again', async () => {
    await world.seed([
      { eventId: 'msg_a', attributes: { picture: BINARY }, body: 'not "JSON"\n\tat all' },
      { eventType: 'connection.deleted', eventId: 'msg_b' },
    ]);
    const exported = await world.inProcess('dlq', 'export', '--type', 'sync.complete');
    expect(exported).toMatchObject({
      code: 0,
      stderr: 'exported 1 letter\n',
    });
    const letter = decodeExportedLetter(exported.stdout.trimEnd());
    expect(letter).toMatchObject({
      event_id: 'msg_a',
      event_type: 'sync.complete',
      message_group_id: 'example-customer',
      body: 'not "JSON"\n\tat all',
      failure: { reason: 'attempts-exhausted', attempts: 12, failed_at_ms: FAILED_AT_MS },
    });
    expect(attributesOf(letter)).toMatchObject({
      'svix-id': { DataType: 'String', StringValue: 'msg_a' },
      picture: { DataType: 'Binary.png', BinaryValue: Buffer.from(BINARY.BinaryValue) },
    });
    expect(await world.inProcess('dlq', 'export', 'msg_none')).toMatchObject({ code: 1, stdout: '' });
  });

  test('to a file of the user alone, which is never written over', async () => {
    await world.seed(seeds(3));
    const path = join(world.directory, 'letters.ndjson');
    const first = await world.inProcess('dlq', 'export', '--all', '--output', 'letters.ndjson');
    expect(first).toEqual({
      code: 0,
      stdout: '',
      stderr: 'exported 3 letters to letters.ndjson\n',
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').map(decodeExportedLetter);
    expect(lines.map(({ event_id: id }) => id).sort()).toEqual(['msg_0000', 'msg_0001', 'msg_0002']);
    expect(await world.inProcess('dlq', 'export', '--output', path)).toMatchObject({ code: 1, stdout: '' });
    const nowhere = await world.inProcess('dlq', 'export', '--output', 'no/such/folder.ndjson');
    expect(nowhere).toMatchObject({ code: 1, stdout: '' });
    expect(nowhere.stderr).toMatch(/^error: cannot write .*folder\.ndjson\.partial \(ENOENT\)/);
  });

  test.each([
    ['{', 'not JSON'],
    ['{"message_id":1}', 'message_id'],
    [
      '{"message_id":"m","event_type":"t","sent_at_ms":1,"receive_count":1,"body":"b","attributes":{"a":{"data_type":"Binary","binary_value":"?"}}}',
      'attributes.a',
    ],
  ])('a line that is none is refused: %s', (line, message) => {
    expect(() => decodeExportedLetter(line)).toThrow(message);
  });
});

describe('wrong usage', () => {
  const cases: readonly (readonly [args: string, message: RegExp])[] = [
    ['redrive', /name an ID, a filter .* or --all/],
    ['delete', /name an ID, a filter .*--completed or --all/],
    ['redrive msg_1 --type sync.complete', /an ID names one event/],
    ['redrive msg_1 --all', /--all is everything/],
    ['delete msg_1 --all', /--all is everything/],
    ['export msg_1 --all', /--all is everything/],
    ['redrive --fast --group 0123abcd --confirm', /--fast cannot choose/],
    ['redrive --fast --rerun all --confirm', /--fast cannot choose/],
    ['redrive --fast --limit 5 --confirm', /--fast cannot choose/],
    ['redrive --all --rate 5/m', /whole number from 1 to 500/],
    ['list --reason because', /one of no-event-id, /],
    ['redrive --all --rerun all --rerun audit', /--rerun all needs no other/],
    ['redrive --group nonsense', /8 hexadecimal characters/],
    ['delete --older-than 2', /a number with its unit/],
    ['list --limit 0', /whole number from 1/],
    ['show', /missing required argument/],
    ['mend', /unknown command/],
  ];

  test.each(cases)('dlq %s', async (args, message) => {
    const { code, stdout, stderr } = await world.inProcess('dlq', ...args.split(' '));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(world.calls).toEqual([]);
  });

  test('is told by the process too', async () => {
    const { code, stdout, stderr } = await world.webhooks(['dlq', 'redrive']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: name an ID/);
  });

  test.each(['list', 'show', 'redrive', 'delete', 'export'])(
    'dlq %s --help fits 80 columns',
    async (command) => {
      const { code, stdout } = await world.inProcess('dlq', command, '--help');
      expect(code).toBe(0);
      expect(stdout).toContain('Examples:');
      expectReadable(stdout);
    },
  );
});
