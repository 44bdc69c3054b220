import { getEventListeners } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { Turns } from '../../lambdas/database/turns.ts';

const never = new AbortController().signal;

describe('turns', () => {
  test('are one at a time, in the order of asking', async () => {
    const turns = new Turns();
    const log: string[] = [];
    await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const end = await turns.take(never);
        log.push(`${name} begins`);
        await setImmediate();
        log.push(`${name} ends`);
        end();
      }),
    );
    // A signal that outlives many turns keeps nothing of them.
    expect(getEventListeners(never, 'abort')).toEqual([]);
    expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  test('whoever gives up waiting is told why, and holds nobody up', async () => {
    const turns = new Turns();
    const endFirst = await turns.take(never);
    const impatient = new AbortController();
    const second = turns.take(impatient.signal);
    let thirdHasTurn = false;
    const third = turns.take(never).then((end) => {
      thirdHasTurn = true;
      return end;
    });
    const reason = new Error('the time is up');
    impatient.abort(reason);
    await expect(second).rejects.toBe(reason);
    await setImmediate();
    expect(thirdHasTurn).toBe(false);
    endFirst();
    (await third)();
    (await turns.take(never))();
    await expect(turns.take(impatient.signal)).rejects.toBe(reason);
  });
});
