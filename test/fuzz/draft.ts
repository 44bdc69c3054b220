import type { Random } from '../simulation/random.ts';
import type { Content, FuzzCase, Header } from './fuzz-case.ts';

export const SECRET_PREFIX = 'whsec_';
export const HEADER_FIELDS = ['id', 'timestamp', 'signature'] as const;

/** A request while it is made. It starts valid; each phase's kinds of mutation change what is there by then. */
export interface Draft {
  nowMs: number;
  storedSecret: string;
  signingKey: Buffer;
  /** What the sender signed. */
  signed: Content;
  /** What arrives. */
  sent: Content;
  /** Of the signature header, joined by `separator`; the first is the genuine one. */
  entries: string[];
  separator: string;
  headers: Header[];
  transport: FuzzCase['transport'];
}

/** In the order in which they are gone through. The signature is made before the third, the headers before the fourth. */
export const PHASES = ['secret', 'content', 'signature', 'headers'] as const;

export interface Kind {
  readonly phase: (typeof PHASES)[number];
  /** Which answers of ours a long run must have met for it. */
  readonly meets: 'both' | 'refused';
  apply(draft: Draft, random: Random): void;
}

/** The same in what is signed and in what is sent. */
export function setBoth(draft: Draft, change: Partial<Content>): void {
  draft.signed = { ...draft.signed, ...change };
  draft.sent = { ...draft.sent, ...change };
}

/** One draw has bits for several bytes or characters; drawing is what making a case costs most. */
const draw32 = (random: Random) => random.next() * 0x1_0000_0000;
const CHARACTERS_PER_DRAW = 4;

export function bytesOf(random: Random, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length + 3);
  for (let at = 0; at < length; at += 4) bytes.writeUInt32LE(draw32(random), at);
  return bytes.subarray(0, length);
}

/** @param alphabet - at most 256 characters */
export function textOf(random: Random, alphabet: string, length: number): string {
  let text = '';
  let bits = 0;
  for (let at = 0; at < length; at++) {
    bits = at % CHARACTERS_PER_DRAW === 0 ? draw32(random) : bits / alphabet.length;
    text += alphabet[Math.floor(bits) % alphabet.length] ?? '';
  }
  return text;
}

export function secretOf(key: Buffer): string {
  return SECRET_PREFIX + key.toString('base64');
}

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';
const START_MS = Date.UTC(2020, 0);
const END_MS = Date.UTC(2040, 0);

/** A valid request. `plain`: always the same one, for the shortest account of a failure. */
export function newDraft(random: Random, plain: boolean): Draft {
  const nowMs = plain ? Date.UTC(2026, 10, 24, 12) : random.integer(START_MS, END_MS);
  const ageSeconds = plain ? 0 : random.integer(-200, 200);
  const key = plain ? Buffer.alloc(24, 'fuzz') : bytesOf(random, random.integer(24, 40));
  const content: Content = {
    id: plain ? 'msg_1' : `msg_${textOf(random, ID_ALPHABET, random.integer(8, 27))}`,
    timestamp: String(Math.floor(nowMs / 1_000) - ageSeconds),
    body: Buffer.from(plain ? '{}' : eventBody(random)),
  };
  return {
    nowMs,
    storedSecret: secretOf(key),
    signingKey: key,
    signed: content,
    sent: content,
    entries: [],
    separator: ' ',
    headers: [],
    transport: 'text',
  };
}

function eventBody(random: Random): string {
  return JSON.stringify({
    webhook_event_type: random.pick(['sync.complete', 'connection.created', 'sync.paused']),
    customer_id: textOf(random, ID_ALPHABET, random.integer(0, 20)),
    result: random.pick(['SUCCESS', 'ERROR']),
    num_records_synced: random.integer(0, 1_000),
  });
}
