import { describe, expect, test } from '@jest/globals';
import { assembly } from '../../test/support/assembly.ts';
import { observe } from '../cost/observe.ts';
import { readObserved } from '../cost/observed.ts';
import { accessLogLine } from '../cost/stack-facts.ts';

/** Digits of latencies come and go, and DynamoDB does not count the zeros that a time ends with. */
const TOLERANCE_BYTES = 12;

describe('what the cost model counts with', () => {
  test('is what the deployed bundles call, write and log; npm run cost -- --observe renews it', async () => {
    const [seen, kept] = await Promise.all([assembly().then(observe), readObserved()]);
    const { lineBytes: seenLines, itemBytes: seenItem, ...seenRest } = seen;
    const { lineBytes: keptLines, itemBytes: keptItem, ...keptRest } = kept;
    expect(seenRest).toEqual(keptRest);
    const bytesOf = (
      { consumerMetrics, ...lines }: typeof seenLines,
      itemBytes: number,
    ): Readonly<Record<string, number>> => ({ ...lines, ...consumerMetrics, itemBytes });
    const seenBytes = bytesOf(seenLines, seenItem);
    const far = Object.entries(bytesOf(keptLines, keptItem))
      .map(([name, bytes]) => ({ name, kept: bytes, seen: seenBytes[name] ?? Number.NaN }))
      .filter(({ kept: bytes, seen: now }) => !(Math.abs(now - bytes) <= TOLERANCE_BYTES));
    expect(far).toEqual([]);
  });

  test('a new variable of the access log is not guessed', () => {
    expect(accessLogLine('{"status":"$context.status"}')).toBe('{"status":"200"}');
    expect(() => accessLogLine('{"new":"$context.authorizer.error"}')).toThrow('$context.authorizer.error');
  });
});
