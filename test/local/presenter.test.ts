import { expect, test } from '@jest/globals';
import { colours } from '../../local/colours.ts';
import { createPresenter } from '../../local/start/presenter.ts';

test('what comes from a payload neither moves the cursor nor turns the text round', () => {
  const lines: string[] = [];
  const present = createPresenter({
    colours: colours(false),
    verbose: false,
    writeLine: (line) => lines.push(line),
    readRecord: async () => undefined,
    roleOf: () => 'consumer',
    nowMs: () => 0,
  });
  const message = 'first\nsecond \u001b[2J\u202egnol\u2069';
  present({ type: 'alert', topicArn: 'topic', messageId: '1', subject: message, message, attributes: {} });
  const line = JSON.stringify({ level: 'WARN', message: 'handler failed', handler: 'mine', reason: message });
  present({ type: 'log', functionName: 'consumer', stream: 'stdout', line });
  expect(lines.map((text) => text.slice('00:00:00 '.length))).toEqual([
    '! alert: first second  [2Jgnol',
    '  consumer: handler failed mine first second  [2Jgnol',
  ]);
});
