import type { SignedRequest } from '../core/post-event.ts';

/** The demo's second sender, beside Supaglue. */
export const OTHER_SENDER = 'openai';

/** How a scenario ended; every fact is read from the answer, the ledger or the dead-letter queue. */
export interface DemoEnding {
  /** Of the first answer. */
  readonly status: number;
  /** Code in the body of the first answer. */
  readonly code: string;
  readonly end: 'COMPLETED' | 'DEAD-LETTERED' | 'REFUSED' | 'NOT ENDED';
  /** Whether the ledger holds a record. */
  readonly recorded: boolean;
  /** The SHA-256 of what was sent equals the recorded one of what arrived. */
  readonly intact: boolean;
  /** Attempts that the ledger counted; an event without a handler needs none. */
  readonly attempts: number;
  /** Letters with this svix-id on the dead-letter queue. */
  readonly dead_letters: number;
  /** Why it was dead-lettered. */
  readonly reason?: string;
  /** Name of the error on the dead letter. */
  readonly error?: string;
  /** After a second delivery: its status, and whether the record was left as it was. */
  readonly duplicate_status?: number;
  readonly duplicate_ignored?: boolean;
}

/** What a scenario promises: the facts that matter to it. */
export type PromisedEnding = Partial<DemoEnding>;

export interface RequestInput {
  /** The event's own id; a forger may send another. */
  readonly eventId: string;
  readonly secret: string;
  readonly nowMs: number;
}

export interface Scenario {
  readonly name: string;
  readonly promised: PromisedEnding;
  /** Who sends it. @default Supaglue */
  readonly source?: string;
  /** Delivered a second time with the same svix-id once it is COMPLETED. */
  readonly deliveredTwice?: true;
  request(input: RequestInput): SignedRequest;
}

/** `attempts: promised 3, was 2`, for each promised fact that is not so. */
export function differences(promised: PromisedEnding, observed: DemoEnding): readonly string[] {
  const facts = new Map<string, unknown>(Object.entries(observed));
  return Object.entries(promised)
    .filter(([name, value]) => facts.get(name) !== value)
    .map(([name, value]) => `${name}: promised ${String(value)}, was ${String(facts.get(name) ?? 'absent')}`);
}
