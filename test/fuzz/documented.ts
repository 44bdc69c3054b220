import type { Delivery } from './delivery.ts';
import { HEADER_FIELDS, SECRET_PREFIX } from './draft.ts';
import { type Content, type FuzzCase, macOf } from './fuzz-case.ts';

/** The request as our documents say that it is read: written for the fuzzer, from the documents alone. */
export interface Reading extends Readonly<Content> {
  /** Empty when the header is. */
  readonly signature: string;
  /** Of the stored value. */
  readonly secrets: readonly string[];
  readonly nowMs: number;
  readonly isBase64Encoded: boolean;
}

/** What the documents make of it; all but `accepted` are reasons to refuse, the first that holds. */
export const Verdict = {
  ACCEPTED: 'accepted',
  MISSING: 'missing',
  ID: 'id',
  TIMESTAMP: 'timestamp',
  TOLERANCE: 'tolerance',
  SECRET: 'secret',
  MISMATCH: 'mismatch',
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

const TOLERANCE_SECONDS = 300;
const MIN_KEY_BYTES = 24;
const MAX_KEY_BYTES = 75;
/** Padded, and the bits that no byte uses are zero. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/;

export function readDelivery(delivery: Delivery, { storedSecret, nowMs }: FuzzCase): Reading {
  const { headers, body, isBase64Encoded } = delivery;
  const family = HEADER_FIELDS.some((field) => Object.hasOwn(headers, `svix-${field}`)) ? 'svix' : 'webhook';
  const [id = '', timestamp = '', signature = ''] = HEADER_FIELDS.map(
    (field) => headers[`${family}-${field}`],
  );
  const secrets = storedSecret.split(/\s+/).filter((entry) => entry !== '');
  return { id, timestamp, signature, body, secrets, nowMs, isBase64Encoded };
}

export function documentedVerdict(reading: Reading): Verdict {
  const { id, timestamp, signature, secrets, nowMs } = reading;
  if (id === '' || timestamp === '' || signature === '') return Verdict.MISSING;
  if (id.length > 128 || /[^A-Za-z0-9_-]/.test(id)) return Verdict.ID;
  if (!hasOnlyDigits(timestamp)) return Verdict.TIMESTAMP;
  if (Math.abs(Math.floor(nowMs / 1_000) - Number(timestamp)) > TOLERANCE_SECONDS) return Verdict.TOLERANCE;
  if (secrets.length === 0 || secrets.some((secret) => !isValidSecret(secret))) return Verdict.SECRET;
  const entries = signature.split(' ');
  return expectedEntries(reading, reading.body).some((entry) => entries.includes(entry))
    ? Verdict.ACCEPTED
    : Verdict.MISMATCH;
}

/** No leading zero, and at most 15 of them: a number that is exact. */
function hasOnlyDigits(text: string): boolean {
  return text.length <= 15 && /^\d+$/.test(text) && (text === '0' || !text.startsWith('0'));
}

/** The entries that the valid secrets of the set would have signed with, for any body. */
export function expectedEntries(reading: Reading, body: Buffer): string[] {
  return reading.secrets.map((secret) => `v1,${macOf(keyOf(secret), { ...reading, body })}`);
}

const encodedPart = (secret: string) => secret.slice(SECRET_PREFIX.length);
export const keyOf = (secret: string): Buffer => Buffer.from(encodedPart(secret), 'base64');
export const hasPrefix = (secret: string): boolean => secret.startsWith(SECRET_PREFIX);
export const isBase64Secret = (secret: string): boolean => BASE64.test(encodedPart(secret));

export function isValidSecret(secret: string): boolean {
  if (!hasPrefix(secret) || !isBase64Secret(secret)) return false;
  const { length } = keyOf(secret);
  return length >= MIN_KEY_BYTES && length <= MAX_KEY_BYTES;
}
