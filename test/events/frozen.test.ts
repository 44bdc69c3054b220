import { describe, expect, test } from '@jest/globals';
import { frozen } from '../../lambdas/events/frozen.ts';

describe('frozen', () => {
  test('are plain objects and lists, all the way down', () => {
    const bare = Object.assign(Object.create(null), { deep: [{}] });
    const value = frozen({ list: [[{ a: 1 }], 'text', null, undefined, 7], bare });
    const parts = [value, value.list, value.list[0], bare, bare.deep, bare.deep[0]];
    expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true));
    expect(Object.isFrozen((value.list[0] as unknown[])[0])).toBe(true);
  });

  test.each([new Date(0), new Map(), /x/, new (class Own {})(), () => 1])(
    'is not what has methods, at the top or below: %p',
    (value) => {
      expect(frozen(value)).toBe(value);
      expect(frozen({ value }).value).toBe(value);
      expect(Object.isFrozen(value)).toBe(false);
    },
  );

  test.each([undefined, null, 'text', 7, true])('%p is what it is', (value) => {
    expect(frozen(value)).toBe(value);
  });

  test('what refers to itself ends', () => {
    const round: { self?: unknown; list: unknown[] } = { list: [] };
    round.self = round;
    round.list.push(round, round.list);
    expect(Object.isFrozen(frozen(round).list)).toBe(true);
  });
});
