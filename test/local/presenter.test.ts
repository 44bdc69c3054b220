import { expect, test } from '@jest/globals';
import type { LedgerRecord } from '../../lambdas/ledger/record.ts';
import { colours } from '../../local/colours.ts';
import { createPresenter } from '../../local/start/presenter.ts';

function presented({
  verbose = false,
  record,
}: {
  readonly verbose?: boolean;
  readonly record?: () => LedgerRecord;
} = {}) {
  let nowMs = 0;
  const lines: string[] = [];
  const present = createPresenter({
    colours: colours(false),
    verbose,
    writeLine: (line) => lines.push(line.replace(/^\d\d:\d\d:\d\d /, '')),
    readRecord: async () => record?.(),
    roleOf: () => 'consumer',
    nowMs: () => nowMs,
  });
  return {
    lines,
    present,
    pass(ms: number) {
      nowMs += ms;
    },
  };
}

test('a pause and its end are told when they have come about', () => {
  const { lines, present } = presented();
  for (const state of ['Disabling', 'Disabled', 'Enabling', 'Enabled'] as const) {
    present({ type: 'event-source-changed', functionName: 'consumer', state });
  }
  expect(lines).toEqual([
    '↻ paused: events are accepted, and wait in the queue for a resume',
    '✓ resumed: events are taken from the queue again',
  ]);
});

test('what comes from a payload neither moves the cursor nor turns the text round', () => {
  const { lines, present } = presented();
  const message = 'first\nsecond \u001b[2J\u202egnol\u2069';
  present({ type: 'alert', topicArn: 'topic', messageId: '1', subject: message, message, attributes: {} });
  const line = JSON.stringify({ level: 'WARN', message: 'handler failed', handler: 'mine', reason: message });
  present({ type: 'log', functionName: 'consumer', stream: 'stdout', line });
  expect(lines).toEqual([
    '! alert: first second  [2Jgnol',
    '  consumer: handler failed mine first second  [2Jgnol',
  ]);
});

const log = (line: string) => ({ type: 'log', functionName: 'consumer', stream: 'stdout', line }) as const;

test('--verbose shows a line whole, and nothing in it moves the cursor', () => {
  const { lines, present } = presented({ verbose: true });
  present(log(`{"message":"\u001b[2J\u202egnol","more":"${'x'.repeat(2_000)}"}`));
  expect(lines).toEqual([`[consumer] {"message":" [2Jgnol","more":"${'x'.repeat(2_000)}"}`]);
});

test('what a handler logs is shown with its own fields', () => {
  const { lines, present } = presented();
  const known = { level: 'INFO', timestamp: 'now', service: 'consumer', cold_start: true, handler: 'mine' };
  present(
    log(JSON.stringify({ ...known, message: 'stored', rows: 7, table: 'contacts', page: { next: 2 } })),
  );
  expect(lines).toEqual(['  consumer: stored mine rows=7 table=contacts page={"next":2}']);
});

test('an overloaded machine is told once, and anew when it was well for a while', () => {
  const { lines, present, pass } = presented();
  const line = JSON.stringify({
    level: 'ERROR',
    message: 'ledger unreachable',
    event_id: 'msg_1',
    cause: 'timed out',
  });
  for (let times = 0; times < 1_000; times += 1) {
    pass(10);
    present(log(line));
    // The same calls that do not end, seen from the attempt's other end.
    present(log(line.replace('ledger unreachable', 'claim not withdrawn')));
  }
  const said =
    '✗ this machine cannot keep up: the ledger does not answer in time; events come back timed out';
  expect(lines).toEqual([said]);
  pass(31_000);
  present(log(line));
  expect(lines).toEqual([said, said]);
});

test('what comes back because of an overload is told with it, what failed by itself is not', async () => {
  let record: Partial<LedgerRecord> | undefined;
  const { lines, present, pass } = presented({ record: () => record as LedgerRecord });
  const settle = async () => {
    present({
      type: 'batch-settled',
      functionName: 'consumer',
      requestId: 'r',
      result: 'success',
      records: [{ messageId: '1', receiveCount: 1, attributes: { 'svix-id': 'msg_1' }, outcome: 'returned' }],
    });
    await new Promise(setImmediate);
  };
  present(log(JSON.stringify({ message: 'ledger unreachable', event_id: 'msg_1', cause: 'timed out' })));
  lines.length = 0;
  for (let times = 0; times < 100; times += 1) await settle();
  expect(lines).toEqual([]);
  record = { failures: [{ handler: 'mine', error: 'Error', message: 'own fault' }] } as never;
  await settle();
  expect(lines).toEqual(['↻ message msg_1 not done, comes back later: mine: Error: own fault']);
  record = undefined;
  pass(31_000);
  await settle();
  expect(lines).toEqual([lines[0], '↻ message msg_1 not done, comes back later']);
});

test('a duplicate is told as one, and a handler that ran again as that', async () => {
  let completedAtMs = 5;
  const record = () =>
    ({
      status: 'COMPLETED',
      completed_at_ms: completedAtMs,
      attempts_total: 1,
      failures: [],
    }) as unknown as LedgerRecord;
  const { lines, present } = presented({ record });
  const settle = async () => {
    const count = lines.length;
    present({
      type: 'batch-settled',
      functionName: 'consumer',
      requestId: 'r',
      result: 'success',
      records: [
        {
          messageId: 'm',
          receiveCount: 1,
          attributes: { 'svix-id': 'msg_1', 'event-type': 'sync.complete' },
          outcome: 'acknowledged',
        },
      ],
    });
    while (lines.length === count) await new Promise((resolve) => setImmediate(resolve));
  };
  await settle();
  await settle();
  completedAtMs = 9;
  await settle();
  expect(lines).toEqual([
    '✓ sync.complete msg_1 COMPLETED',
    '  sync.complete msg_1 is a duplicate: completed before, nothing was run',
    '✓ sync.complete msg_1 COMPLETED',
  ]);
});
