import { describe, expect, test } from '@jest/globals';
import type { ProcessSample } from './process-samples.ts';
import { trendsOf } from './trends.ts';

const MEGABYTE = 1_000_000;

/** Twelve samples, 100 events apart. */
function samples(change: (index: number) => Partial<ProcessSample>): ProcessSample[] {
  return Array.from({ length: 12 }, (_, index) => ({
    events: index * 100,
    rssBytes: 200 * MEGABYTE,
    heapBytes: 50 * MEGABYTE,
    sockets: 40,
    handles: 60,
    threads: 20,
    files: 70,
    ...change(index),
  }));
}
const notFlat = (trends: ReturnType<typeof trendsOf>) =>
  trends.trends.filter(({ isFlat }) => !isFlat).map(({ measure }) => measure);

describe('trends of the process', () => {
  test('flat', () => {
    expect(
      trendsOf(
        samples(() => ({})),
        0,
        1_200,
      ),
    ).toMatchObject({ judged: true, isFlat: true });
  });

  test('a heap that grows by what is kept of each event is flat, one that grows beyond is not', () => {
    const growing = samples((index) => ({ heapBytes: 50 * MEGABYTE + index * 8 * MEGABYTE }));
    expect(notFlat(trendsOf(growing, 0, 1_200))).toEqual(['heapBytes']);
    // 100 events hold 1 MB, and 8 MB were taken with them.
    expect(notFlat(trendsOf(growing, 12 * MEGABYTE, 1_200))).toEqual(['heapBytes']);
    const kept = samples((index) => ({ heapBytes: 50 * MEGABYTE + index * MEGABYTE }));
    expect(trendsOf(kept, 12 * MEGABYTE, 1_200)).toMatchObject({ isFlat: true, heldPerEventBytes: 10_000 });
  });

  test('more kept of each event than a record needs is not flat', () => {
    expect(
      trendsOf(
        samples(() => ({})),
        60 * MEGABYTE,
        1_200,
      ).isFlat,
    ).toBe(false);
  });

  test('sockets that pile up are seen, a few more are not', () => {
    expect(
      notFlat(
        trendsOf(
          samples((index) => ({ sockets: 40 + index })),
          0,
          1_200,
        ),
      ),
    ).toEqual([]);
    expect(
      notFlat(
        trendsOf(
          samples((index) => ({ sockets: 40 + index * 10 })),
          0,
          1_200,
        ),
      ),
    ).toEqual(['sockets']);
  });

  test('too few samples are not judged, nor what the system does not tell', () => {
    expect(trendsOf(samples(() => ({})).slice(0, 3), 0, 300)).toMatchObject({ judged: false, isFlat: true });
    const { trends } = trendsOf(
      samples(() => ({ files: Number.NaN })),
      0,
      1_200,
    );
    expect(trends.map(({ measure }) => measure)).not.toContain('files');
  });
});
