import { describe, expect, test } from '@jest/globals';
import { formatDuration } from '../../operator/cli/format-time.ts';
import { createTerminal } from '../../operator/cli/terminal.ts';

function capture(isTTY: boolean, environment: Record<string, string> = {}) {
  let written = '';
  const stream = {
    isTTY,
    write(text: string) {
      written += text;
    },
  };
  const terminal = createTerminal({ stdout: stream, stderr: stream }, environment);
  return { terminal, written: () => written };
}

describe('colours', () => {
  test.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '' }, true],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
  ])('terminal %s with %j: %s', (isTTY, environment, coloured) => {
    const { terminal } = capture(isTTY, environment);
    expect(terminal.paint('red', 'x') !== 'x').toBe(coloured);
  });
});

describe('progress', () => {
  test('says nothing about what ends within a second', () => {
    const { terminal, written } = capture(true);
    const progress = terminal.progress('waiting');
    terminal.print('done');
    progress.stop();
    expect(written()).toBe('done\n');
  });

  test('a line printed meanwhile stands above it, and nothing of it stays', async () => {
    const { terminal, written } = capture(true);
    const progress = terminal.progress('waiting');
    const deadlineMs = Date.now() + 10_000;
    while (!written().includes('waiting') && Date.now() < deadlineMs) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    terminal.print('line');
    progress.stop();
    expect(written()).toBe('\r\u001b[Kwaiting\r\u001b[Kline\n\r\u001b[Kwaiting\r\u001b[K');
  });
});

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [999.6, '1 s'],
  [1_234, '1.2 s'],
  [61_000, '61 s'],
  [150_000, '2.5 min'],
  [3_600_000, '60 min'],
  [9_000_000, '2.5 h'],
  [100 * 86_400_000, '100 days'],
  [-1_500, '-1.5 s'],
])('%s ms reads %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});
