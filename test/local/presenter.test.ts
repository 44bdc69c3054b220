import { expect, test } from '@jest/globals';
import { colours } from '../../local/colours.ts';
import { createPresenter } from '../../local/start/presenter.ts';

function presented() {
  const lines: string[] = [];
  const present = createPresenter({
    colours: colours(false),
    verbose: false,
    writeLine: (line) => lines.push(line.slice('00:00:00 '.length)),
    readRecord: async () => undefined,
    roleOf: () => 'consumer',
    nowMs: () => 0,
  });
  return { lines, present };
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
