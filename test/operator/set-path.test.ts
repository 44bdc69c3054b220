import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../operator/core/command-error.ts';
import { parseAssignment, setPath } from '../../operator/core/set-path.ts';

const set = (target: unknown, text: string) => setPath(target, parseAssignment(text));

describe('--set field=value', () => {
  test.each([
    ['a=1', { a: 1 }],
    ['a="1"', { a: '1' }],
    ['a=true', { a: true }],
    ['a=null', { a: null }],
    ['a={"b":[1]}', { a: { b: [1] } }],
    ['a=plain text', { a: 'plain text' }],
    ['a=', { a: '' }],
    ['a=x=y', { a: 'x=y' }],
    ['a.b.c=1', { a: { b: { c: 1 } } }],
  ])('%s', (text, expected) => {
    expect(set({}, text)).toEqual(expected);
  });

  test('keeps what it does not name, and leaves the original as it was', () => {
    const original = { a: { b: 1, c: 2 }, d: [1, 2] };
    expect(set(original, 'a.b=9')).toEqual({ a: { b: 9, c: 2 }, d: [1, 2] });
    expect(set(original, 'd.1=9')).toEqual({ a: { b: 1, c: 2 }, d: [1, 9] });
    expect(set(original, 'd.2=9')).toEqual({ a: { b: 1, c: 2 }, d: [1, 2, 9] });
    expect(original).toEqual({ a: { b: 1, c: 2 }, d: [1, 2] });
  });

  test('a path of dangerous names makes a field and nothing else', () => {
    const changed = set({}, '__proto__.polluted=1');
    expect(JSON.stringify(changed)).toBe('{"__proto__":{"polluted":1}}');
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
    expect(set({}, 'constructor.x=1')).toEqual({ constructor: { x: 1 } });
  });

  test.each(['a', '=1', 'a..b=1', '.a=1', 'a.=1'])('%s is refused', (text) => {
    expect(() => parseAssignment(text)).toThrow(UsageError);
  });

  test.each([
    [{ a: 'text' }, 'a.b=1'],
    [{ a: [1] }, 'a.b=1'],
    [{ a: [1] }, 'a.2=1'],
    [{ a: [1] }, 'a.-1=1'],
  ])('%j takes no %s', (target, text) => {
    expect(() => set(target, text)).toThrow(UsageError);
  });
});
