import type { HandlerContext } from '../router/index.ts';

/** Where alerts go. */
export type AlertChannel = 'topic' | 'pagerduty' | 'slack';

/** What people are told, before a channel writes it in a form of its own. */
export interface Alert {
  readonly kind: 'sync-error' | 'sync-paused';
  readonly severity: 'error' | 'warning';
  /** The svix-id of the event that tells of it. */
  readonly eventId: string;
  /** When that event was received. */
  readonly receivedAt: Date;
  /** What it is about, as the event names it: alerts of one kind about the same are one within the window. */
  readonly about: readonly string[];
  /** One sentence without a word of the payload. */
  readonly headline: string;
  /** Raw text of any length; it starts with a letter of ours. */
  readonly title: string;
  /** Printable text of bounded length, several lines at most where an error message is told. */
  readonly facts: readonly AlertFact[];
}

/** Label and value. */
export type AlertFact = readonly [label: string, value: string];

/** An alert on its way through one channel. */
export interface Notice {
  readonly alert: Alert;
  /** The same for every alert of this kind about the same, on this channel. 43 characters of base64url. */
  readonly key: string;
  /** How many alike were not sent since the last one. */
  readonly suppressed: number;
}

/** What of a handler's context an alert needs. */
export type AlertContext = Pick<HandlerContext<unknown>, 'signal' | 'logger'>;

/** Resolves when people are told, or were within the window; throws when they are not. */
export type SendAlert = (alert: Alert, context: AlertContext) => Promise<void>;

/** Resolves when the channel has taken the notice. */
export type PublishNotice = (notice: Notice, options: { readonly signal: AbortSignal }) => Promise<void>;

/** What is told on every channel: the alert's facts, and what was left out before it. */
export function factsOf({ alert, suppressed }: Notice): readonly AlertFact[] {
  return suppressed === 0
    ? alert.facts
    : [...alert.facts, ['Suppressed', `${suppressed} alike since the last alert`]];
}
