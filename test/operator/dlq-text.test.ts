import { describe, expect, test } from '@jest/globals';
import { commandText } from '../../operator/cli/command-text.ts';
import { columnsOf, inPieces, wrapAtMost, wrapText } from '../../operator/cli/wrap-text.ts';
import type { ListJson } from '../../operator/commands/dlq/json.ts';
import { emptyText, listText } from '../../operator/commands/dlq/list-text.ts';
import { planText } from '../../operator/commands/dlq/plan-text.ts';
import { selectionWords, toSelection } from '../../operator/commands/dlq/selection-options.ts';
import { durationOption, durationText } from '../../operator/core/duration-option.ts';
import { localTarget } from '../../operator/core/local-target.ts';
import { prettyJson } from '../../operator/core/pretty-json.ts';

describe('wrapped text', () => {
  test('breaks between words, and within one that is longer than the line', () => {
    expect(wrapText('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapText('a abcdefghij b', 4)).toEqual(['a', 'abcd', 'efgh', 'ij b']);
    expect(wrapText('', 4)).toEqual(['']);
    expect(inPieces('  ab  cd', 3)).toEqual(['  a', 'b  ', 'cd']);
  });

  test('counts what a terminal draws wide as two', () => {
    expect(columnsOf('日本a')).toBe(5);
    expect(wrapText('日本日本', 4)).toEqual(['日本', '日本']);
  });

  test('ends with an ellipsis when lines are left out', () => {
    expect(wrapAtMost('aaaa bbbb cccc', 4, 2)).toEqual(['aaaa', 'bbb…']);
    expect(wrapAtMost('aaaa bbbb', 4, 2)).toEqual(['aaaa', 'bbbb']);
  });
});

test('a long command is broken where the shell goes on', () => {
  expect(
    commandText('dlq redrive --group 0123abcd --dry-run', { flag: '--stack SupaglueWebhooks-prod' }),
  ).toBe(
    '  npx supaglue-webhooks dlq redrive --group 0123abcd --dry-run \\\n      --stack SupaglueWebhooks-prod',
  );
});

describe('indented JSON', () => {
  test('keeps numbers, repeated names, strings and their order', () => {
    expect(prettyJson('{"a":[1,{"b\\"},{":1.0e5,"e":{ },"f":[]}],"a":12345678901234567890}')).toBe(
      '{\n  "a": [\n    1,\n    {\n      "b\\"},{": 1.0e5,\n      "e": {},\n      "f": []\n    }\n  ],\n  "a": 12345678901234567890\n}',
    );
    expect(prettyJson(' "text : [" ')).toBe('"text : ["');
    expect(prettyJson('{"a":')).toBeUndefined();
  });

  test('takes a string of a megabyte', () => {
    const text = JSON.stringify({ long: '\\"x'.repeat(350_000) });
    expect(JSON.parse(prettyJson(text) ?? '')).toEqual(JSON.parse(text));
  });
});

test.each([
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['1.5d', 129_600_000],
  ['0s', 0],
])('a time of %s', (text, ms) => expect(durationOption(text)).toBe(ms));

test.each(['90s', '30m', '2h', '14d', '1.5d', '1.001d', '0.001s', '365d'])(
  '%s can be typed again',
  (text) => {
    const ms = durationOption(text);
    expect(Math.round(durationOption(durationText(ms)))).toBe(Math.round(ms));
  },
);

test.each(['', '5', 'h', '-1h', '1w', '1e3s', '400d', '1 h'])('no time: %p', (text) => {
  expect(() => durationOption(text)).toThrow('number with its unit');
});

test('a selection is repeated as a shell takes it', () => {
  const options = { group: '0123abcd', customer: "o'neil & co", olderThan: 7_200_000 };
  expect(selectionWords(toSelection(undefined, options))).toBe(
    "--group 0123abcd --customer 'o'\\''neil & co' --older-than 2h",
  );
});

describe('the list', () => {
  const gone = 'http://127.0.0.1:9';
  const urls = ['SQS', 'DYNAMODB', 'SECRETS_MANAGER', 'SNS', 'LAMBDA', 'CLOUDWATCH'];
  const target = localTarget({
    ...Object.fromEntries(urls.map((name) => [`AWS_ENDPOINT_URL_${name}`, gone])),
    AWS_ACCESS_KEY_ID: 'LOCAL1',
    AWS_SECRET_ACCESS_KEY: 'of the run',
    WEBHOOK_URL: gone,
    RECEIVED_URL: gone,
    QUEUE_URL: gone,
    DEAD_LETTER_QUEUE_URL: gone,
    LEDGER_TABLE_NAME: 'ledger',
    SIGNING_SECRET_ID: 'secret',
    ALERT_TOPIC_ARN: 'topic',
  });
  const nowMs = Date.UTC(2026, 10, 23, 12);
  const list: ListJson = {
    target: 'the local run',
    taken_at_ms: nowMs,
    letters: 5,
    events: 4,
    expected: 40,
    hidden: 12,
    looked: 30,
    expiring: { letters: 2, first_at_ms: nowMs + 14 * 3_600_000 },
    groups: [
      {
        group_id: '0123abcd',
        reason: 'permanent',
        error: 'E'.repeat(120),
        handler: 'backfill',
        frame: 'backfill (app/handlers/backfill.ts:12:5)',
        message: 'no such customer '.repeat(20),
        events: 4,
        letters: 5,
        event_types: Object.fromEntries(
          Array.from({ length: 9 }, (_, index) => [`made.up.${index}`, 9 - index]),
        ),
        customers: ['one', 'two'],
        first_at_ms: nowMs - 60_000,
        last_at_ms: nowMs - 30_000,
        attempts: 1,
        expires_at_ms: nowMs + 14 * 3_600_000,
        event_ids: [],
      },
    ],
  };
  const paint = (colour: string, text: string) => `<${colour}>${text}</${colour}>`;

  test('warns in yellow of what is lost soon, and says what it has not seen', () => {
    const text = listText(list, target, paint);
    expect(text).toContain(
      '<yellow>2 letters are lost within 3 days, the first in 14 h (2026-11-24 02:00 UTC)</yellow>',
    );
    expect(text).toContain(
      '5 dead letters (4 events) in 1 group, of about 40 on the queue; 12 more are held',
    );
    expect(text).toContain('made.up.5 4, 3 more types; from 2');
    expect(text).toContain('permanent, after 1 attempt');
    const plain = listText(list, target, (_, line) => line);
    expect(plain.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(plain).toContain('…');
  });

  test('an empty look is not an empty queue while others hold letters', () => {
    const empty = { ...list, letters: 0, events: 0, looked: 0, groups: [] };
    expect(emptyText({ ...empty, hidden: 0 }, target)).toBe(
      'the dead-letter queue of the local run is empty',
    );
    expect(emptyText(empty, target)).toMatch(/^no dead letter of the local run is visible; 12 more are held/);
  });
});

describe('what a redrive does', () => {
  const plan = { will_run: ['backfill'], completed: ['audit', 'alert'] };
  test.each([
    [{ ...plan, disposition: 'run' }, 'backfill runs; audit, alert have completed and do not'],
    [{ ...plan, disposition: 'run', completed: [] }, 'backfill runs'],
    [
      { disposition: 'run', will_run: [], completed: [] },
      'no handler is registered for it: it is recorded as COMPLETED',
    ],
    [
      { ...plan, disposition: 'leased', completed: ['audit'], until_ms: 1 },
      'once its attempt, or the backoff after it, has ended: backfill runs; audit has completed and does not',
    ],
    [{ ...plan, disposition: 'completed' }, 'skipped: COMPLETED in the ledger, nothing is left to run'],
    [
      { ...plan, disposition: 'run', will_run: ['alert'], names_are_guessed: true },
      'what has not completed runs: alert by letters and records (the template does not tell the handlers)',
    ],
    [{ ...plan, disposition: 'futile', note: 'it carries no svix-id' }, 'skipped: it carries no svix-id'],
  ] as const)('%j', (given, text) => {
    expect(planText({ ...given, will_run: [...given.will_run], completed: [...given.completed] })).toBe(text);
  });
});
