import { expect, test } from '@jest/globals';
import { inParallel } from '../../lambdas/runtime/in-parallel.ts';

/** Work that ends when it is told to. */
function workInHand() {
  const started: number[] = [];
  const ends = new Map<number, { resolve(): void; reject(error: Error): void }>();
  const work = (item: number) => {
    started.push(item);
    return new Promise<void>((resolve, reject) => ends.set(item, { resolve, reject }));
  };
  return { started, ends, work };
}
/** Whatever is due without anybody's doing is done. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('so many at a time, each once', async () => {
  const { started, ends, work } = workInHand();
  const all = inParallel([1, 2, 3, 4], 2, work);
  await settled();
  expect(started).toEqual([1, 2]);
  ends.get(2)?.resolve();
  await settled();
  expect(started).toEqual([1, 2, 3]);
  for (const item of [1, 3]) ends.get(item)?.resolve();
  await settled();
  ends.get(4)?.resolve();
  await all;
  expect(started).toEqual([1, 2, 3, 4]);
});

test('after a failure nothing is started, what runs is awaited, and the first failure is thrown', async () => {
  const { started, ends, work } = workInHand();
  const [first, second] = [new Error('first'), new Error('second')];
  let hasEnded = false;
  const all = inParallel([1, 2, 3], 2, work).finally(() => {
    hasEnded = true;
  });
  const failure = expect(all).rejects.toBe(first);
  await settled();
  ends.get(1)?.reject(first);
  await settled();
  expect([started, hasEnded]).toEqual([[1, 2], false]);
  ends.get(2)?.reject(second);
  await failure;
  expect(started).toEqual([1, 2]);
});
