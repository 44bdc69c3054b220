import { createHmac, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Cause } from '../../../operator/explain/reading.ts';

/** A generator of numbers that is the same in every run (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A request on its way from Svix, as far as it is written down. */
export interface Draft {
  readonly secret: string;
  readonly otherSecret: string;
  readonly nowSeconds: number;
  readonly random: () => number;
  id: string;
  timestamp: string;
  signature: string;
  body: Buffer;
  /** More headers, or the three under other names. */
  headers: (readonly [string, string])[];
  /** The stored value to explain with. */
  stored: string;
}

export interface CaptureCase {
  readonly name: string;
  /** Undefined: it verifies. */
  readonly first: Cause | undefined;
  /** What else is to be found, in order. */
  readonly also?: readonly Cause[];
  /** What the first finding must say besides its cause. */
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly secretPosition?: number;
  /** The payload that is signed; default: `payload`. */
  readonly signed?: (draft: Draft) => Buffer;
  readonly happens: (draft: Draft) => void;
}

/** A payload with everything that serialisers write differently. */
export function payload(random: () => number): Record<string, unknown> {
  const word = () => Math.floor(random() * 2 ** 40).toString(36);
  return {
    webhook_event_type: 'sync.complete',
    run_id: word(),
    url: `https://example.com/${word()}/a&b<c>`,
    customer_id: `Zoë ${word()} – 株式会社`,
    num_records_synced: Math.floor(random() * 1000),
    nested: { z: [1, 2.5, null, true], a: { empty: {}, none: [] } },
    error_message: random() < 0.5 ? '' : `no access\n"${word()}"`,
  };
}

const json = ({ random }: Draft) => Buffer.from(JSON.stringify(payload(random)));

export function draftOf(seed: number, signed: CaptureCase['signed'] = json): Draft {
  const random = seeded(seed);
  const secretOf = (word: string) =>
    `whsec_${createHmac('sha256', word).update(String(seed)).digest('base64')}`;
  const draft: Draft = {
    secret: secretOf('first'),
    otherSecret: secretOf('second'),
    nowSeconds: 1_795_000_000 + Math.floor(random() * 1000),
    random,
    id: `msg_${Math.floor(random() * 2 ** 50).toString(36)}`,
    timestamp: '',
    signature: '',
    body: Buffer.alloc(0),
    headers: [],
    stored: secretOf('first'),
  };
  draft.timestamp = String(draft.nowSeconds - Math.floor(random() * 200));
  draft.body = signed(draft);
  resign(draft);
  return draft;
}

/** Signs what the draft holds now. */
export function resign(draft: Draft, secret = draft.secret): void {
  const { id, timestamp, body } = draft;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
  draft.signature = `v1,${mac.digest('base64')}`;
}

export function headersOf(draft: Draft): readonly (readonly [string, string])[] {
  const own = [
    ['svix-id', draft.id],
    ['svix-timestamp', draft.timestamp],
    ['svix-signature', draft.signature],
  ] as const;
  return [...own.filter(([, value]) => value !== ''), ...draft.headers];
}

const object = (draft: Draft) => JSON.parse(draft.body.toString()) as Record<string, unknown>;
const text = (change: (text: string) => string) => (draft: Draft) => {
  draft.body = Buffer.from(change(draft.body.toString()));
};
const signature = (change: (signature: string) => string) => (draft: Draft) => {
  draft.signature = change(draft.signature);
};
const stored = (change: (secret: string, draft: Draft) => string) => (draft: Draft) => {
  draft.stored = change(draft.secret, draft);
};
const aged = (seconds: number) => (draft: Draft) => {
  draft.timestamp = String(draft.nowSeconds - seconds);
  resign(draft);
};
/** Signs until the signature holds the character, since base64 does not always. */
const withCharacter = (character: string, then: (signature: string) => string) => (draft: Draft) => {
  while (!draft.signature.includes(character)) {
    draft.id = `msg_${Math.floor(draft.random() * 2 ** 50).toString(36)}`;
    resign(draft);
  }
  draft.signature = then(draft.signature);
};

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

/** `json.dumps` of Python, written here by hand: independent of what is tested. */
export function python(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, each]) => `${python(key)}: ${python(each)}`)
      .join(', ')}}`;
  }
  return [...JSON.stringify(value)]
    .map((character) =>
      character > '\x7f' ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : character,
    )
    .join('');
}

const RESERIALISED = 'body-reserialised';

export const CASES: readonly CaptureCase[] = [
  { name: 'as it was sent', first: undefined, secretPosition: 1, happens: () => undefined },
  {
    name: 'signed with the second secret of the set',
    first: undefined,
    secretPosition: 2,
    happens: stored((secret, { otherSecret }) => `${otherSecret}\n${secret}\n`),
  },
  {
    name: 'with the signatures of both secrets of a rotation',
    first: undefined,
    secretPosition: 1,
    happens: (draft) => {
      const own = draft.signature;
      resign(draft, draft.otherSecret);
      draft.signature = `${draft.signature} v1a,AAAA ${own}`;
    },
  },
  { name: 'another secret', first: 'wrong-secret', happens: stored((_, { otherSecret }) => otherSecret) },
  { name: 'a changed value', first: 'wrong-secret', happens: text((body) => body.replace('sync', 'sink')) },
  {
    name: "the secret's text as key",
    first: 'signed-with-secret-text',
    happens: (draft) => {
      const mac = createHmac('sha256', draft.secret).update(`${draft.id}.${draft.timestamp}.`);
      draft.signature = `v1,${mac.update(draft.body).digest('base64')}`;
    },
  },

  {
    name: 'compact, captured indented by 2',
    first: RESERIALISED,
    detail: { signed: 'compact', captured: 'indented by 2' },
    happens: (draft) => {
      draft.body = Buffer.from(JSON.stringify(object(draft), null, 2));
    },
  },
  {
    name: 'compact, captured indented by 4 with a line end added',
    first: RESERIALISED,
    detail: { signed: 'compact', captured: 'indented by 4' },
    happens: (draft) => {
      draft.body = Buffer.from(`${JSON.stringify(object(draft), null, 4)}\n`);
    },
  },
  {
    name: 'compact, captured as Python writes it',
    first: RESERIALISED,
    detail: { signed: 'compact', captured: 'spaced, with \\u escapes' },
    happens: (draft) => {
      draft.body = Buffer.from(python(object(draft)));
    },
  },
  {
    name: 'indented by tabs, captured compact',
    first: RESERIALISED,
    detail: { signed: 'indented by tabs', captured: 'compact' },
    signed: ({ random }) => Buffer.from(JSON.stringify(payload(random), null, '\t')),
    happens: (draft) => {
      draft.body = Buffer.from(JSON.stringify(object(draft)));
    },
  },
  {
    name: 'as Python writes it, captured compact',
    first: RESERIALISED,
    detail: { signed: 'spaced, with \\u escapes', captured: 'compact' },
    signed: ({ random }) => Buffer.from(python(payload(random))),
    happens: (draft) => {
      draft.body = Buffer.from(JSON.stringify(object(draft)));
    },
  },
  {
    name: 'key-sorted, captured in another order',
    first: RESERIALISED,
    detail: { signed: 'compact, key-sorted' },
    signed: ({ random }) => Buffer.from(JSON.stringify(sorted(payload(random)))),
    happens: (draft) => {
      const { webhook_event_type: type, ...others } = object(draft);
      draft.body = Buffer.from(JSON.stringify({ webhook_event_type: type, ...others }));
    },
  },
  {
    name: 'key-sorted by Python, captured in another order and indented',
    first: RESERIALISED,
    detail: { signed: 'spaced, with \\u escapes, key-sorted' },
    signed: ({ random }) => Buffer.from(python(sorted(payload(random)))),
    happens: (draft) => {
      const { webhook_event_type: type, ...others } = object(draft);
      draft.body = Buffer.from(JSON.stringify({ webhook_event_type: type, ...others }, null, 2));
    },
  },
  {
    name: 'any order, captured key-sorted',
    first: RESERIALISED,
    detail: { signed: 'compact, keys in another order' },
    signed: () => Buffer.from('{"type":"made.up","customer_id":"c","result":"SUCCESS","count":3}'),
    happens: (draft) => {
      draft.body = Buffer.from(JSON.stringify(sorted(object(draft))));
    },
  },
  {
    name: 'as PHP writes it, captured compact',
    first: RESERIALISED,
    detail: { signed: 'compact, with \\/ and \\u escapes' },
    signed: ({ random }) =>
      Buffer.from(python(payload(random)).replaceAll(', ', ',').replaceAll(': ', ':').replaceAll('/', '\\/')),
    happens: (draft) => {
      draft.body = Buffer.from(JSON.stringify(object(draft)));
    },
  },
  {
    name: 'compact, captured as Go writes it',
    first: RESERIALISED,
    detail: { captured: 'compact, with <, > and & escaped' },
    happens: text((body) =>
      body.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026'),
    ),
  },
  {
    name: 'a number that JavaScript would round, spaces dropped',
    first: RESERIALISED,
    signed: () => Buffer.from('{"b": 1.5, "a": 12345678901234567890, "c": []}'),
    happens: text(() => '{"b":1.5,"a":12345678901234567890,"c":[]}'),
    detail: { signed: 'spaced' },
  },
  {
    name: 'a number with its fraction, captured with it, signed as JavaScript writes it',
    first: RESERIALISED,
    detail: { signed: 'compact, numbers as JavaScript writes them' },
    signed: () => Buffer.from('{"a":1,"b":100}'),
    happens: text(() => '{"a":1.0,"b":1e2}'),
  },

  {
    name: 'base64 not decoded',
    first: 'body-base64-not-decoded',
    happens: (draft) => {
      draft.body = Buffer.from(draft.body.toString('base64'));
    },
  },
  {
    name: 'base64 not decoded and indented',
    first: 'body-base64-not-decoded',
    also: [RESERIALISED],
    happens: (draft) => {
      draft.body = Buffer.from(Buffer.from(JSON.stringify(object(draft), null, 2)).toString('base64'));
    },
  },
  {
    name: 'a base64 body decoded',
    first: 'body-base64-decoded-twice',
    signed: ({ random }) => Buffer.from(Buffer.from(JSON.stringify(payload(random))).toString('base64')),
    happens: (draft) => {
      draft.body = Buffer.from(draft.body.toString(), 'base64');
    },
  },
  {
    name: 'serialised twice',
    first: 'body-json-in-string',
    happens: text((body) => JSON.stringify(body)),
  },
  {
    name: 'compressed',
    first: 'body-compressed',
    happens: (draft) => {
      draft.body = gzipSync(draft.body);
    },
  },
  { name: 'a line end added', first: 'body-newline-added', happens: text((body) => `${body}\n`) },
  { name: 'a CRLF added', first: 'body-newline-added', happens: text((body) => `${body}\r\n`) },
  {
    name: 'a line end removed',
    first: 'body-newline-removed',
    signed: (draft) => Buffer.from(`${json(draft)}\n`),
    happens: text((body) => body.trimEnd()),
  },
  {
    name: 'LF converted to CRLF',
    first: 'body-line-ends',
    signed: ({ random }) => Buffer.from(JSON.stringify(payload(random), null, 3)),
    happens: text((body) => body.replaceAll('\n', '\r\n')),
  },
  {
    name: 'CRLF converted to LF, its last one lost',
    first: 'body-line-ends',
    also: ['body-newline-removed'],
    signed: () => Buffer.from('first line\r\nsecond line\r\n'),
    happens: text(() => 'first line\nsecond line'),
  },
  { name: 'a byte order mark added', first: 'body-bom-added', happens: text((body) => `\ufeff${body}`) },
  {
    name: 'a byte order mark removed',
    first: 'body-bom-removed',
    signed: (draft) => Buffer.from(`\ufeff${json(draft)}`),
    happens: text((body) => body.slice(1)),
  },
  { name: 'blanks added', first: 'body-white-space', happens: text((body) => `  ${body} `) },
  {
    name: 'a blank trimmed',
    first: 'body-white-space',
    signed: (draft) => Buffer.from(` ${json(draft)}`),
    happens: text((body) => body.trim()),
  },
  {
    name: 'UTF-8 taken for Latin-1',
    first: 'body-charset',
    happens: (draft) => {
      draft.body = Buffer.from(draft.body.toString('latin1'));
    },
  },
  {
    name: 'UTF-8 taken for Windows-1252',
    first: 'body-charset',
    happens: (draft) => {
      draft.body = Buffer.from(new TextDecoder('windows-1252').decode(draft.body));
    },
  },
  {
    name: 'UTF-8 converted to Latin-1',
    first: 'body-charset',
    signed: () => Buffer.from('{"name":"Zoë"}'),
    happens: (draft) => {
      draft.body = Buffer.from(draft.body.toString(), 'latin1');
    },
  },
  {
    name: 'accents decomposed',
    first: 'body-unicode-form',
    happens: text((body) => body.normalize('NFD')),
  },
  {
    name: 'bytes lost to replacement characters',
    first: 'body-characters-lost',
    also: ['wrong-secret'],
    signed: () => Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]),
    happens: text((body) => body),
  },
  { name: 'no body', first: 'body-empty', also: ['wrong-secret'], happens: text(() => '') },
  {
    name: 'an object as text',
    first: 'body-object-text',
    also: ['wrong-secret'],
    happens: text(() => '[object Object]'),
  },
  {
    name: 'larger than a message',
    first: 'body-too-large',
    signed: () => randomBytes(1_100_000),
    happens: () => undefined,
  },

  { name: 'stale', first: 'timestamp-too-old', detail: { by_seconds: 3600 }, happens: aged(3600) },
  { name: 'stale by a second', first: 'timestamp-too-old', detail: { by_seconds: 301 }, happens: aged(301) },
  { name: 'in time by a second', first: undefined, secretPosition: 1, happens: aged(300) },
  {
    name: 'in time by a second, and indented',
    first: RESERIALISED,
    also: [],
    happens: (draft) => {
      aged(300)(draft);
      draft.body = Buffer.from(JSON.stringify(object(draft), null, 2));
    },
  },
  { name: 'from the future', first: 'timestamp-too-new', detail: { by_seconds: 600 }, happens: aged(-600) },
  {
    name: 'stale and indented',
    first: RESERIALISED,
    also: ['timestamp-too-old'],
    happens: (draft) => {
      aged(86_400)(draft);
      draft.body = Buffer.from(JSON.stringify(object(draft), null, 2));
    },
  },
  {
    name: 'stale and another secret',
    first: 'wrong-secret',
    also: ['timestamp-too-old'],
    happens: (draft) => {
      aged(86_400)(draft);
      draft.stored = draft.otherSecret;
    },
  },
  {
    name: 'signed in milliseconds',
    first: 'timestamp-in-milliseconds',
    happens: (draft) => {
      draft.timestamp = `${draft.timestamp}123`;
      resign(draft);
    },
  },
  {
    name: 'its header in milliseconds',
    first: 'timestamp-in-milliseconds',
    happens: (draft) => {
      draft.timestamp = `${draft.timestamp}123`;
    },
  },
  {
    name: 'a timestamp with a fraction',
    first: 'timestamp-malformed',
    happens: (draft) => {
      draft.timestamp = `${draft.timestamp}.0`;
    },
  },
  {
    name: 'a timestamp as date',
    first: 'timestamp-malformed',
    happens: (draft) => {
      draft.timestamp = new Date(Number(draft.timestamp) * 1000).toISOString();
    },
  },

  ...(['id', 'timestamp', 'signature'] as const).map(
    (field): CaptureCase => ({
      name: `no ${field}`,
      first: 'header-missing',
      detail: { header: `svix-${field}` },
      happens: (draft) => {
        draft[field] = '';
      },
    }),
  ),
  {
    name: 'names as CGI gives them',
    first: 'header-renamed',
    detail: { header: 'svix-id', found: 'http_svix_id' },
    happens: (draft) => {
      draft.headers = [
        ['HTTP_SVIX_ID', draft.id],
        ['HTTP_SVIX_TIMESTAMP', draft.timestamp],
        ['HTTP_SVIX_SIGNATURE', draft.signature],
      ];
      draft.id = draft.timestamp = draft.signature = '';
    },
  },
  {
    name: 'names of two families',
    first: 'headers-mixed',
    detail: { header: 'svix-id', found: 'webhook-id' },
    happens: (draft) => {
      draft.headers = [['webhook-id', draft.id]];
      draft.id = '';
    },
  },
  {
    name: 'the names of Standard Webhooks',
    first: undefined,
    secretPosition: 1,
    happens: (draft) => {
      draft.headers = [
        ['webhook-id', draft.id],
        ['webhook-timestamp', draft.timestamp],
        ['webhook-signature', draft.signature],
      ];
      draft.id = draft.timestamp = draft.signature = '';
    },
  },
  {
    name: 'the id twice',
    first: 'header-duplicated',
    detail: { header: 'svix-id' },
    happens: (draft) => {
      draft.headers = [['Svix-Id', draft.id]];
    },
  },
  {
    name: 'the signature twice',
    first: 'signatures-joined-by-comma',
    happens: (draft) => {
      draft.headers = [['svix-signature', draft.signature]];
    },
  },
  {
    name: 'an id with a dot',
    first: 'id-malformed',
    happens: (draft) => {
      draft.id = `${draft.id}.1`;
      resign(draft);
    },
  },
  {
    name: 'quotes around the id',
    first: 'header-quoted',
    happens: (draft) => {
      draft.id = `"${draft.id}"`;
    },
  },
  {
    name: 'quotes around the signature',
    first: 'header-quoted',
    detail: { header: 'svix-signature' },
    happens: signature((value) => `'${value}'`),
  },
  { name: 'no version', first: 'signature-without-version', happens: signature((value) => value.slice(3)) },
  {
    name: 'another mark for the version',
    first: 'signature-without-version',
    happens: signature((value) => value.replace('v1,', 'V1=')),
  },
  {
    name: 'another version alone',
    first: 'signature-of-other-version',
    happens: signature((value) => value.replace('v1,', 'v1a,')),
  },
  {
    name: 'URL-encoded',
    first: 'header-url-encoded',
    detail: { header: 'svix-signature' },
    happens: signature(encodeURIComponent),
  },
  {
    name: '+ become a space',
    first: 'signature-plus-lost',
    happens: withCharacter('+', (value) => value.replaceAll('+', ' ')),
  },
  {
    name: 'URL-safe',
    first: 'signature-url-safe',
    happens: withCharacter('/', (value) => value.replaceAll('/', '_').replaceAll('+', '-')),
  },
  { name: 'without padding', first: 'signature-unpadded', happens: signature((value) => value.slice(0, -1)) },
  { name: 'cut off', first: 'signature-truncated', happens: signature((value) => value.slice(0, 30)) },
  { name: 'cut to nothing', first: 'signature-malformed', happens: signature(() => 'v1,abcde') },
  { name: 'something after it', first: 'signature-extended', happens: signature((value) => `${value},v0`) },
  {
    name: 'in small letters',
    first: 'signature-case-changed',
    happens: signature((value) => value.toLowerCase()),
  },
  {
    name: 'in hexadecimal',
    first: 'signature-in-hex',
    happens: signature((value) => `v1,${Buffer.from(value.slice(3), 'base64').toString('hex')}`),
  },

  ...(
    [
      ['missing', () => ' \n'],
      ['no-prefix', (secret) => secret.slice('whsec_'.length)],
      ['prefix-case', (secret) => secret.replace('whsec_', 'WHSEC_')],
      ['quoted', (secret) => `"${secret}"`],
      ['assignment', (secret) => `WEBHOOK_SECRET=${secret}`],
      ['json', (secret) => JSON.stringify({ secret }, null, 2)],
      ['white-space', (secret) => `${secret.slice(0, 20)}\n${secret.slice(20)}`],
      ['invisible-character', (secret) => `${secret.slice(0, 20)}\u200b${secret.slice(20)}`],
      ['unpadded', (secret) => secret.replace(/=+$/, '')],
      ['placeholder', () => 'whsec_...'],
      ['not-base64', (secret) => `${secret.slice(0, 20)}!${secret.slice(20)}`],
      ['too-short', () => `whsec_${randomBytes(20).toString('base64')}`],
      ['too-long', () => `whsec_${randomBytes(80).toString('base64')}`],
    ] as const satisfies readonly (readonly [string, (secret: string) => string])[]
  ).map(
    ([problem, change]): CaptureCase => ({
      name: `the secret: ${problem}`,
      first: 'secret-malformed',
      detail: { problems: [problem] },
      happens: stored(change),
    }),
  ),
  {
    name: 'the secret: URL-safe',
    first: 'secret-malformed',
    detail: { problems: ['url-safe-base64'] },
    happens: (draft) => {
      const secret = `whsec_${Buffer.alloc(24, 0xfb).toString('base64')}`;
      resign(draft, secret);
      draft.stored = secret.replaceAll('+', '-').replaceAll('/', '_');
    },
  },
  {
    name: 'quotes around a secret without prefix',
    first: 'secret-malformed',
    detail: { problems: ['quoted', 'no-prefix'] },
    happens: stored((secret) => `'${secret.slice('whsec_'.length)}'`),
  },
  {
    name: 'a bad secret beside the right one',
    first: 'secret-malformed',
    detail: { position: 2, problems: ['placeholder'] },
    secretPosition: 1,
    happens: stored((secret) => `${secret} whsec_xxxxxxxx`),
  },
];
