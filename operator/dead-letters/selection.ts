import { InvalidArgumentError } from 'commander';
import { FailureReason } from '../../lambdas/contract/failure.ts';
import { normaliseCustomerId } from '../../lambdas/events/customer-id.ts';
import { durationOption } from '../core/duration-option.ts';
import type { DeadLetter } from './dead-letter.ts';
import { fingerprintOf } from './fingerprint.ts';
import { groupIdOf } from './groups.ts';
import { letterBytes } from './read-letter.ts';

/** Which dead letters are meant; everything given must hold. */
export interface Selection {
  /** svix-id or SQS message id; when given, alone. */
  readonly id?: string;
  /** With `id`: of this payload alone. */
  readonly bodySha256?: string;
  readonly groupId?: string;
  readonly eventType?: string;
  /** Compared in both of Supaglue's forms, and with the message group. */
  readonly customerId?: string;
  /** In the name or message of an error, in any case of letters. */
  readonly error?: string;
  readonly code?: string;
  /** One that failed. */
  readonly handler?: string;
  /** Of a letter that SQS moved by itself: `receive-limit`. */
  readonly reason?: string;
  /** In the payload as it was sent, in any case of letters. */
  readonly grep?: string;
  /** At least this old (since `sentAtMs`), milliseconds. */
  readonly olderThanMs?: number;
  /** At most this old, milliseconds. */
  readonly youngerThanMs?: number;
}

/** A part of a selection, as the command line and the inspector name it. */
interface Filter {
  /** The option, and the parameter in an address. */
  readonly name: string;
  readonly value: string;
  readonly says: string;
  /** @throws {InvalidArgumentError} */
  readonly parse?: (text: string) => string | number;
}

export type FilterKey = Exclude<keyof Selection, 'id' | 'bodySha256'>;

const REASONS: readonly string[] = Object.values(FailureReason);

/** All that letters are chosen by, wherever they are chosen. */
export const FILTERS: Readonly<Record<FilterKey, Filter>> = {
  groupId: { name: 'group', value: 'id', says: 'of this group of `dlq list`', parse: parseGroup },
  eventType: { name: 'type', value: 'event-type', says: 'of this event type' },
  customerId: {
    name: 'customer',
    value: 'id',
    says: 'of this customer (the external id, as Supaglue shows it)',
  },
  error: { name: 'error', value: 'text', says: 'with this in the name or message of an error' },
  code: { name: 'code', value: 'code', says: 'with an error of this code' },
  handler: { name: 'handler', value: 'name', says: 'on which this handler failed' },
  reason: {
    name: 'reason',
    value: 'reason',
    says: 'dead-lettered for this: permanent, attempts-exhausted, …',
    parse: parseReason,
  },
  grep: { name: 'grep', value: 'text', says: 'with this text in the payload' },
  olderThanMs: {
    name: 'older-than',
    value: 'time',
    says: 'on the dead-letter queue for longer: 90s, 30m, 2h, 3d',
    parse: durationOption,
  },
  youngerThanMs: {
    name: 'newer-than',
    value: 'time',
    says: 'on the dead-letter queue for less long',
    parse: durationOption,
  },
};

export const FILTER_KEYS = Object.keys(FILTERS) as readonly FilterKey[];

/** The filters that are given, each as `read` has it under its key. */
export function readFilters(read: (key: FilterKey) => string | number | undefined): Selection {
  return Object.fromEntries(
    FILTER_KEYS.flatMap((key) => {
      const value = read(key);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

export function selects(selection: Selection, letter: DeadLetter, nowMs: number): boolean {
  if (selection.id !== undefined) {
    const isOther = selection.bodySha256 !== undefined && selection.bodySha256 !== letter.bodySha256;
    return !isOther && (letter.eventId === selection.id || letter.messageId === selection.id);
  }
  const { groupId, eventType, customerId, error, code, handler, reason, grep } = selection;
  const { olderThanMs, youngerThanMs } = selection;
  const ageMs = nowMs - letter.sentAtMs;
  const failed = letter.failure?.handlers ?? [];
  return (
    (eventType === undefined || letter.eventType === eventType) &&
    (customerId === undefined || isOfCustomer(letter, customerId)) &&
    (olderThanMs === undefined || ageMs >= olderThanMs) &&
    (youngerThanMs === undefined || ageMs <= youngerThanMs) &&
    (reason === undefined || (letter.failure?.reason ?? FailureReason.RECEIVE_LIMIT) === reason) &&
    (handler === undefined || failed.some((failure) => failure.handler === handler)) &&
    (code === undefined || failed.some((failure) => failure.code === code)) &&
    (groupId === undefined || groupIdOf(letter) === groupId) &&
    (error === undefined || errorTexts(letter).some((text) => holds(text, error))) &&
    (grep === undefined || holds(letterBytes(letter).toString(), grep))
  );
}

const holds = (text: string, wanted: string) => text.toLowerCase().includes(wanted.toLowerCase());

function errorTexts(letter: DeadLetter): readonly string[] {
  const { error, message } = fingerprintOf(letter);
  const { failure } = letter;
  const all = failure?.handlers.flatMap((each) => [`${each.error}: ${each.message}`]) ?? [];
  return [`${error}: ${message}`, failure?.message ?? '', ...all];
}

/** `connection.deleted` sends the stored form of the id; whoever pastes that one means the same customer. */
export function customerIdForms(id: string): readonly string[] {
  return [id, normaliseCustomerId('connection.deleted', id)];
}

function isOfCustomer({ customerId, messageGroupId }: DeadLetter, wanted: string): boolean {
  const forms = customerIdForms(wanted);
  return [customerId, messageGroupId].some((id) => id !== undefined && forms.includes(id));
}

function parseGroup(text: string): string {
  if (!/^[0-9a-f]{8}$/i.test(text)) {
    throw new InvalidArgumentError('A group is the 8 hexadecimal characters that `dlq list` shows.');
  }
  return text.toLowerCase();
}

function parseReason(text: string): string {
  if (REASONS.includes(text)) return text;
  throw new InvalidArgumentError(`It takes one of ${REASONS.join(', ')}.`);
}
