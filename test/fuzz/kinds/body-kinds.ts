import type { Random } from '../../simulation/random.ts';
import { bytesOf, type Draft, type Kind, setBoth, textOf } from '../draft.ts';

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
/** Overlong, surrogates, beyond Unicode, cut off, stray continuation, Latin-1, UTF-16. */
const NOT_UTF8 = [
  'c0af',
  'eda080',
  'f4908080',
  'e282',
  '80',
  'ff',
  'e9',
  'fffe7b00',
  'f8888080',
  'edb080eda080',
];
/** Around the blocks of SHA-256 and of base64, then some KB. */
const LENGTHS = [
  0, 1, 2, 3, 31, 32, 33, 54, 55, 56, 57, 63, 64, 65, 118, 119, 120, 127, 128, 129, 1_024, 4_096,
];

const TEXTS = [
  '',
  ' ',
  '\n',
  'null',
  'true',
  '0',
  '"text"',
  '[]',
  '{',
  'not json',
  'a=1&b=2',
  '{"a":1}\n',
  '{"a":"\u0000"}',
  '\u0000',
  '{"a":"é"}',
  '{"a":"e\u0301"}',
  '{"a":"\u{1f600}"}',
  '{"a":"\u2028\u2029"}',
  '{"a":"\ufffd"}',
  '{"a":"\ufeff"}',
  '\ufeff{"a":1}',
  '{"a":"\\ud800"}',
  '{"__proto__":{"x":1}}',
  '{"webhook_event_type":7,"customer_id":["x"]}',
];

/** JSON that does not survive a parser: `JSON.stringify(JSON.parse(text))` is another text. */
const FRAGILE = [
  '{ "a": 1 }',
  '{"a":1.0,"b":1e3}',
  '{"a":"\\u00e9\\/"}',
  '{"b":1,"1":2,"a":3}',
  '{"a":1,"a":2}',
  '{"a":12345678901234567890}',
  '{"a":-0}',
  '{"a":1}\r\n',
];

function tamper(body: Buffer, random: Random): Buffer {
  const at = random.integer(0, body.length);
  const text = body.toString('utf8');
  switch (random.pick(['append', 'insert', 'remove', 'cut', 'bom', 'newlines', 'form', 'empty'])) {
    case 'append':
      return Buffer.concat([body, Buffer.from(random.pick([' ', '\n', '\u0000', '}', '.']))]);
    case 'insert':
      return Buffer.concat([body.subarray(0, at), Buffer.from('x'), body.subarray(at)]);
    case 'remove':
      return Buffer.concat([body.subarray(0, at), body.subarray(at + 1)]);
    case 'cut':
      return body.subarray(0, at);
    case 'bom':
      return Buffer.concat([BOM, body]);
    case 'newlines':
      return Buffer.from(text.trimEnd().replaceAll('\n', '\r\n'));
    case 'form':
      return Buffer.from(text.normalize(random.pick(['NFC', 'NFD', 'NFKC'])));
    default:
      return Buffer.alloc(0);
  }
}

/** Bytes that are not UTF-8: what is signed is these, or the text that a decoder makes of them. */
function breakUtf8(draft: Draft, random: Random): void {
  const bad = Buffer.from(random.pick(NOT_UTF8), 'hex');
  const body = Buffer.concat([Buffer.from('{"a":"'), bad, Buffer.from('"}')]);
  const replaced = Buffer.from(body.toString('utf8'));
  const signed = random.chance(0.5) ? body : replaced;
  draft.signed = { ...draft.signed, body: signed };
  draft.sent = { ...draft.sent, body: random.chance(0.15) ? replaced : body };
  if (random.chance(0.7)) draft.transport = 'base64';
}

export const bodyKinds = {
  'body-form': {
    phase: 'content',
    meets: 'both',
    apply(draft, random) {
      setBoth(draft, { body: Buffer.from(random.pick(TEXTS)) });
      if (random.chance(0.2)) draft.sent = { ...draft.sent, body: tamper(draft.sent.body, random) };
    },
  },
  'body-length': {
    phase: 'content',
    meets: 'both',
    apply(draft, random) {
      const length = random.chance(0.5) ? random.pick(LENGTHS) : random.integer(0, 300);
      setBoth(draft, {
        body: random.chance(0.3)
          ? bytesOf(random, length)
          : Buffer.from(JSON.stringify(textOf(random, 'abcé.1\u{fffd}', Math.max(0, length - 2)))),
      });
      if (random.chance(0.5)) draft.transport = 'base64';
    },
  },
  'body-changed': {
    phase: 'content',
    meets: 'both',
    apply(draft, random) {
      draft.sent = { ...draft.sent, body: tamper(draft.sent.body, random) };
    },
  },
  'body-reserialised': {
    phase: 'content',
    meets: 'both',
    apply(draft, random) {
      const text = random.pick(FRAGILE);
      const again = JSON.stringify(JSON.parse(text));
      const [signed, sent] = random.pick([
        [text, text],
        [text, again],
        [again, text],
      ] as const);
      draft.signed = { ...draft.signed, body: Buffer.from(signed) };
      draft.sent = { ...draft.sent, body: Buffer.from(sent) };
    },
  },
  'body-not-utf8': { phase: 'content', meets: 'both', apply: breakUtf8 },
  'body-as-base64': {
    phase: 'content',
    meets: 'both',
    apply(draft, random) {
      draft.transport = 'base64';
      // A sender that signs the base64 text itself, or a gateway that was not told to decode.
      if (random.chance(0.1)) {
        draft.signed = { ...draft.signed, body: Buffer.from(draft.sent.body.toString('base64')) };
      }
    },
  },
} satisfies Record<string, Kind>;
