import { expect, test } from '@jest/globals';
import { judgeFaults } from './known-faults.ts';

const outcome = (name: string, status: string) => ({
  path: ['the queue on x', 'delivery', name],
  status,
  durationMs: 1,
  failureMessages: [],
});
const MOVE = 'a move task brings back what was sent there directly, attributes and group kept';

test('what is known of an engine is told apart from what is new, and from what it has mended', () => {
  const failed = [outcome(MOVE, 'failed'), outcome('another', 'failed'), outcome('a third', 'passed')];
  expect(judgeFaults('ministack', failed)).toEqual({
    news: 1,
    known: [`${MOVE}: it has no move tasks`],
    mended: [],
  });
  expect(judgeFaults('ministack', [outcome(MOVE, 'passed')])).toEqual({ news: 0, known: [], mended: [MOVE] });
  expect(judgeFaults('dynoxide', failed)).toMatchObject({ news: 2, known: [] });
  expect(judgeFaults(undefined, failed)).toMatchObject({ news: 2, known: [] });
});
