import { FailureReason } from '../../lambdas/contract/failure.ts';
import { MAX_BODY_BYTES } from '../../lambdas/contract/message.ts';
import { SYNC_COMPLETE } from '../consumer/fixtures.ts';

/** How an event ends: COMPLETED, or as a dead letter with its reason. */
export type End = 'COMPLETED' | FailureReason;

const DEPTH = 100_000;
const nested = (open: string, close: string, inner = '') => open.repeat(DEPTH) + inner + close.repeat(DEPTH);
const long = (characters: number) => 'x'.repeat(characters);
/** A valid `sync.complete` with more fields, which win over those of the same name. */
const sync = (fields: string) => `${SYNC_COMPLETE.slice(0, -1)},${fields}}`;
/** An event of a type that no schema knows. */
const other = (type: string) => JSON.stringify({ webhook_event_type: type, customer_id: 'customer-1' });

const { INVALID_JSON, INVALID_PAYLOAD } = FailureReason;

/** Signed bodies that mean no good, and how each must end where `sync.complete` and `onAny` are handled. */
export const PAYLOADS: readonly (readonly [name: string, body: string | Uint8Array, end: End])[] = [
  ['arrays 100,000 deep in a field', sync(`"extra":${nested('[', ']')}`), 'COMPLETED'],
  ['objects 100,000 deep in a field', sync(`"extra":${nested('{"a":', '}', '1')}`), 'COMPLETED'],
  [
    'objects 100,000 deep where text is wanted',
    sync(`"customer_id":${nested('{"a":', '}', '1')}`),
    INVALID_PAYLOAD,
  ],
  ['arrays 100,000 deep and nothing else', nested('[', ']'), INVALID_PAYLOAD],
  ['a body full of [', '['.repeat(MAX_BODY_BYTES), INVALID_JSON],
  ['a body full of {"a":', '{"a":'.repeat(Math.floor(MAX_BODY_BYTES / 5)), INVALID_JSON],
  ['a body full of spaces', ' '.repeat(MAX_BODY_BYTES), INVALID_JSON],
  ['80,000 keys', sync(Array.from({ length: 80_000 }, (_, n) => `"k${n}":0`).join(',')), 'COMPLETED'],
  ['a number beyond all bounds', sync('"num_records_synced":1e999999'), INVALID_PAYLOAD],
  ['such a number in an unknown field', sync('"extra":[1e999999,-1e999999,-0,1e-999999]'), 'COMPLETED'],
  ['100,000 digits', sync(`"num_records_synced":${'9'.repeat(100_000)}`), INVALID_PAYLOAD],
  ['a key twice', sync('"result":"ERROR","result":"SUCCESS"'), 'COMPLETED'],
  ['a key twice, the last one wrong', sync('"result":"MAYBE"'), INVALID_PAYLOAD],
  ['a type twice', sync('"webhook_event_type":"other.type"'), 'COMPLETED'],
  ['__proto__', sync('"__proto__":{"polluted":true,"error_message":5}'), 'COMPLETED'],
  [
    'constructor and prototype',
    sync('"constructor":{"prototype":{"polluted":true}},"prototype":1'),
    'COMPLETED',
  ],
  [
    'names of methods',
    sync('"toString":1,"hasOwnProperty":2,"toJSON":3,"then":4,"valueOf":null'),
    'COMPLETED',
  ],
  ['__proto__ with all the fields', `{"__proto__":${SYNC_COMPLETE}}`, INVALID_PAYLOAD],
  ['__proto__ for a type', other('__proto__'), 'COMPLETED'],
  ['constructor for a type', other('constructor'), 'COMPLETED'],
  ['a number for a customer', sync('"customer_id":5'), INVALID_PAYLOAD],
  ['null for a customer', sync('"customer_id":null'), INVALID_PAYLOAD],
  ['a list for a customer', sync('"customer_id":["a"]'), INVALID_PAYLOAD],
  ['a customer of 1 MB', sync(`"customer_id":"${long(1_000_000)}"`), 'COMPLETED'],
  ['a customer of control characters', sync('"customer_id":"\\u0000\\u001b[2J\\r\\n"'), 'COMPLETED'],
  ['a customer that is half a pair', sync('"customer_id":"\\ud83d"'), 'COMPLETED'],
  ['no customer', sync('"customer_id":""'), 'COMPLETED'],
  ['a type of 1 MB', other(long(1_000_000)), 'COMPLETED'],
  ['a type of white space', other(' \t\r\n\u00a0\u2028'), 'COMPLETED'],
  ['a type of control characters', other('\u0000\u0007\u001b]0;title\u0007\u009b2J'), 'COMPLETED'],
  ['a type of emoji', other('😀'.repeat(2_500)), 'COMPLETED'],
  ['a type that is half a pair', '{"webhook_event_type":"a\\udc00b"}', 'COMPLETED'],
  ['a type that turns the line around', other('\u202ecomplete.sync'), 'COMPLETED'],
  ['an empty type', other(''), 'COMPLETED'],
  ['a number for a type', '{"webhook_event_type":1}', INVALID_PAYLOAD],
  ['a list for a type', '{"webhook_event_type":["sync.complete"]}', INVALID_PAYLOAD],
  ['an object for a type', '{"webhook_event_type":{"toString":1}}', INVALID_PAYLOAD],
  ['no type', '{}', INVALID_PAYLOAD],
  ['JSON text', '"sync.complete"', INVALID_PAYLOAD],
  ['a JSON number', '1e999999', INVALID_PAYLOAD],
  ['null', 'null', INVALID_PAYLOAD],
  ['a list of events', `[${SYNC_COMPLETE}]`, INVALID_PAYLOAD],
  ['a list with a type', `[${SYNC_COMPLETE},{"length":0}]`, INVALID_PAYLOAD],
  ['no byte', '', INVALID_JSON],
  ['two documents', `${SYNC_COMPLETE}${SYNC_COMPLETE}`, INVALID_JSON],
  ['a byte order mark', `\ufeff${SYNC_COMPLETE}`, INVALID_JSON],
  ['NUL behind the document', `${SYNC_COMPLETE}\0`, INVALID_JSON],
  ['text that is no UTF-8', Buffer.from(sync('"object":"\xff\xfe"'), 'latin1'), 'COMPLETED'],
  ['UTF-16', Buffer.from(SYNC_COMPLETE, 'utf16le'), INVALID_JSON],
];
