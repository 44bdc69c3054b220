import { normaliseCustomerId } from '../../lambdas/events/customer-id.ts';
import type { DeadLetter } from './dead-letter.ts';
import { groupIdOf } from './groups.ts';

/** Which dead letters are meant; everything given must hold. */
export interface Selection {
  /** svix-id or SQS message id; when given, alone. */
  readonly id?: string;
  readonly groupId?: string;
  readonly eventType?: string;
  /** Compared in both of Supaglue's forms, and with the message group. */
  readonly customerId?: string;
  /** At least this old (since `sentAtMs`), milliseconds. */
  readonly olderThanMs?: number;
  /** At most this old, milliseconds. */
  readonly youngerThanMs?: number;
}

export function selects(selection: Selection, letter: DeadLetter, nowMs: number): boolean {
  if (selection.id !== undefined) return letter.eventId === selection.id || letter.messageId === selection.id;
  const { groupId, eventType, customerId, olderThanMs, youngerThanMs } = selection;
  const ageMs = nowMs - letter.sentAtMs;
  return (
    (groupId === undefined || groupIdOf(letter) === groupId) &&
    (eventType === undefined || letter.eventType === eventType) &&
    (customerId === undefined || isOfCustomer(letter, customerId)) &&
    (olderThanMs === undefined || ageMs >= olderThanMs) &&
    (youngerThanMs === undefined || ageMs <= youngerThanMs)
  );
}

/** `connection.deleted` sends the stored form of the id; whoever pastes that one means the same customer. */
function isOfCustomer({ customerId, messageGroupId }: DeadLetter, wanted: string): boolean {
  const forms = [wanted, normaliseCustomerId('connection.deleted', wanted)];
  return [customerId, messageGroupId].some((id) => id !== undefined && forms.includes(id));
}
