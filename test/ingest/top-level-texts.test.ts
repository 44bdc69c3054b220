import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { routeBody } from '../../lambdas/ingest/routing.ts';
import { topLevelTexts } from '../../lambdas/ingest/top-level-texts.ts';
import { anyText } from '../support/any-text.ts';

const NAMES = ['customer_id', 'webhook_event_type'];
const scan = (json: string) => {
  const found = topLevelTexts(Buffer.from(json), NAMES);
  return found && Object.fromEntries(found);
};

/** What `JSON.parse` finds: the text members of these names. */
function parsed(json: string): Record<string, string> {
  const value: Record<string, unknown> = JSON.parse(json);
  const texts = NAMES.flatMap((name) => {
    const text = Object.hasOwn(value, name) ? value[name] : undefined;
    return typeof text === 'string' ? [[name, text] as const] : [];
  });
  return Object.fromEntries(texts);
}

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

describe('topLevelTexts', () => {
  test('finds what JSON.parse finds, in any object however it is indented', () => {
    const key = fc.oneof(fc.constantFrom(...NAMES), anyText());
    const value = fc.oneof(anyText(), fc.jsonValue());
    const members = fc.array(fc.tuple(key, value), { maxLength: 8 });
    fc.assert(
      fc.property(members, fc.constantFrom('', ' ', '\n\t'), (pairs, blank) => {
        // Written by hand, so that a name may come twice.
        const text = pairs.map(([name, each]) => `${JSON.stringify(name)}${blank}:${JSON.stringify(each)}`);
        const json = `${blank}{${text.join(`${blank},${blank}`)}}${blank}`;
        expect(scan(json)).toEqual(parsed(json));
      }),
      { numRuns: 500 },
    );
  });

  test('of damaged JSON gives what JSON.parse gives, where that gives anything', () => {
    const marks = fc.constantFrom(...Buffer.from('"\\\\{}[],:x \u0000'), 0xc3, 0xff);
    const damage = fc.array(fc.tuple(fc.nat(), marks), { minLength: 1, maxLength: 3 });
    let whole = 0;
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...NAMES, 'a', 'b'), fc.jsonValue()),
        damage,
        (value, faults) => {
          const bytes = Buffer.from(JSON.stringify(value));
          for (const [place, mark] of faults) bytes[place % bytes.length] = mark;
          const found = topLevelTexts(bytes, NAMES);
          const text = bytes.toString();
          if (!isObject(text)) return;
          whole += 1;
          expect(found && Object.fromEntries(found)).toEqual(parsed(text));
        },
      ),
      { numRuns: 3_000 },
    );
    expect(whole).toBeGreaterThan(100);
  });

  test('reads escaped names and values', () => {
    expect(scan(String.raw`{"customer\u005fid":"a\"}\\", "x":"\\"}`)).toEqual({ customer_id: 'a"}\\' });
  });

  test('takes nothing that is nested, and the last of two', () => {
    expect(scan('{"a":{"customer_id":"in"},"b":[{"customer_id":"in"}]}')).toEqual({});
    expect(scan('{"customer_id":"one","customer_id":"two"}')).toEqual({ customer_id: 'two' });
    expect(scan('{"customer_id":"one","customer_id":2}')).toEqual({});
    expect(scan(String.raw`{"customer_id":"no \escape"}`)).toStrictEqual({});
  });

  test.each([
    '',
    'null',
    '"customer_id"',
    '[]',
    '[{"customer_id":"a"}]',
    '{',
    '{"customer_id":"a"',
    '{} {}',
    'x{}',
  ])('gives nothing for %j', (json) => expect(scan(json)).toBeUndefined());
});

test('a large body is routed as a small one', () => {
  const padding = 'x"{}[]:,\\'.repeat(4_000);
  const payload = {
    a: { customer_id: 'in' },
    padding,
    webhook_event_type: 'sync.complete',
    customer_id: 'acme',
  };
  const route = (value: unknown) => routeBody(Buffer.from(JSON.stringify(value)));
  expect(route(payload)).toEqual({ eventType: 'sync.complete', messageGroupId: 'acme' });
  expect(route([padding])).toEqual(route([]));
});
