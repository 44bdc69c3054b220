import { describe, expect, test } from '@jest/globals';
import {
  eventIdFrom,
  isEventId,
  pathOf,
  SOURCE_NAME_PATTERN,
  sourceOf,
  withoutSource,
} from '../../lambdas/contract/source.ts';

describe('what begins with a source', () => {
  test.each([
    ['openai:msg_1', 'openai', 'msg_1'],
    ['a:msg_1', 'a', 'msg_1'],
    ['open-ai2:response.completed', 'open-ai2', 'response.completed'],
    ['openai:a:b', 'openai', 'a:b'],
    ['openai:', 'openai', ''],
  ])('%s', (text, source, rest) => {
    expect([sourceOf(text), withoutSource(text)]).toEqual([source, rest]);
    expect(eventIdFrom(source, rest)).toBe(text);
  });

  test.each([
    'msg_1',
    'sync.complete',
    'msgx',
    '',
    ':msg_1',
    'Open:x',
    '2a:x',
    'a b:x',
    `${'a'.repeat(33)}:x`,
  ])('not %j: it is Supaglue’s', (text) => {
    expect([sourceOf(text), withoutSource(text), eventIdFrom(undefined, text)]).toEqual([
      undefined,
      text,
      text,
    ]);
  });

  test.each([
    ['msg_1', true],
    ['openai:msg_1', true],
    ['openai:', false],
    ['openai:a:b', false],
    ['Open:x', false],
    ['', false],
  ])('%j is an event’s id: %s', (text, is) => {
    expect(isEventId(text)).toBe(is);
  });
});

test('a source has a path of its own', () => {
  expect([pathOf(undefined), pathOf('openai')]).toEqual(['/webhooks', '/webhooks/openai']);
});

test.each([
  ['a', true],
  ['a'.repeat(32), true],
  ['a'.repeat(33), false],
  ['a-2', true],
  ['-a', false],
  ['aB', false],
  ['ab\n', false],
  ['', false],
])('%j may name a source: %s', (name, may) => {
  expect(SOURCE_NAME_PATTERN.test(name)).toBe(may);
});
