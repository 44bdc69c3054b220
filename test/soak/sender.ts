import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { postEvent } from '../../operator/core/post-event.ts';
import { signRequest } from '../../operator/core/sign-request.ts';
import type { EventKindName } from './event-kinds.ts';
import type { PlannedEvent } from './load-plan.ts';

/** What the sender knows of one event. */
export interface SentEvent {
  readonly id: string;
  readonly kind: EventKindName;
  readonly bodySha256: string;
  /** Answers with 2xx: more than one when it was sent again. */
  accepted: number;
}

/** What came back from the webhook URL. Numbers of requests. */
export interface SenderCounts {
  readonly posts: number;
  /** Answered with anything but 2xx, or not at all: repeated. */
  readonly failedPosts: number;
  readonly resent: number;
  readonly forgeries: number;
  /** Forgeries that were answered with a 2xx. */
  readonly forgeriesAccepted: number;
  /** Posts that the pace wanted while too many were under way: sent later. */
  readonly heldBack: number;
}

export interface SenderOptions {
  readonly webhookUrl: string;
  readonly secret: string;
  /** Events a second. */
  readonly rate: number;
  readonly plan: Iterator<PlannedEvent, never>;
}

/** Svix's own schedule takes hours; this one takes seconds. */
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 3_000;
const MOST_UNDER_WAY = 100;

/** Sends as Svix does: signs, posts, and repeats until a 2xx comes. */
export class Sender {
  readonly sent = new Map<string, SentEvent>();
  readonly forged = new Set<string>();
  readonly #options: SenderOptions;
  readonly #underWay = new Set<Promise<void>>();
  readonly #giveUp = new AbortController();
  readonly #counts = {
    posts: 0,
    failedPosts: 0,
    resent: 0,
    forgeries: 0,
    forgeriesAccepted: 0,
    heldBack: 0,
  };

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  get counts(): SenderCounts {
    return this.#counts;
  }

  /** Ids that were answered with a 2xx. */
  get accepted(): number {
    return [...this.sent.values()].filter(({ accepted }) => accepted > 0).length;
  }

  /** Sends at a steady pace for `forMs`, or until the signal aborts. */
  async send(forMs: number, signal: AbortSignal): Promise<void> {
    const everyMs = 1_000 / this.#options.rate;
    const startedMs = performance.now();
    for (let index = 0; index * everyMs < forMs && !signal.aborted; index += 1) {
      const waitMs = startedMs + index * everyMs - performance.now();
      // An abort ends the wait; the loop looks at the signal.
      if (waitMs > 0) await delay(waitMs, undefined, { signal }).catch(() => undefined);
      if (this.#underWay.size >= MOST_UNDER_WAY) {
        this.#counts.heldBack += 1;
        await Promise.race(this.#underWay);
      }
      if (!signal.aborted) this.#start(this.#options.plan.next().value);
    }
  }

  /** Waits until all that was sent is accepted; gives up after `withinMs`. */
  async finish(withinMs: number): Promise<void> {
    const timer = setTimeout(() => this.#giveUp.abort(), withinMs);
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    clearTimeout(timer);
  }

  #start(event: PlannedEvent): void {
    const bodySha256 = createHash('sha256').update(event.body).digest('hex');
    this.sent.set(event.id, { id: event.id, kind: event.kind, bodySha256, accepted: 0 });
    this.#track(this.#deliver(event));
    if (event.forgery !== undefined) {
      this.forged.add(event.forgery.id);
      this.#counts.forgeries += 1;
      this.#track(this.#forge(event, event.forgery));
    }
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }

  async #deliver(event: PlannedEvent): Promise<void> {
    await this.#postUntilAccepted(event);
    if (event.resendAfterMs === undefined) return;
    await this.#pause(event.resendAfterMs);
    this.#counts.resent += 1;
    await this.#postUntilAccepted(event);
  }

  async #postUntilAccepted(event: PlannedEvent): Promise<void> {
    const sent = this.sent.get(event.id);
    for (let waitMs = FIRST_RETRY_MS; !this.#giveUp.signal.aborted; ) {
      if (isAccepted(await this.#post(event.id, event.body))) {
        if (sent !== undefined) sent.accepted += 1;
        return;
      }
      this.#counts.failedPosts += 1;
      await this.#pause(waitMs);
      waitMs = Math.min(LONGEST_RETRY_MS, waitMs * 2);
    }
  }

  async #forge({ body }: PlannedEvent, { id, tamper }: NonNullable<PlannedEvent['forgery']>): Promise<void> {
    if (isAccepted(await this.#post(id, body, tamper))) this.#counts.forgeriesAccepted += 1;
  }

  /** @returns the status; undefined when no answer came */
  async #post(id: string, body: Buffer, tamper?: NonNullable<PlannedEvent['forgery']>['tamper']) {
    const { webhookUrl, secret } = this.#options;
    this.#counts.posts += 1;
    const request = signRequest({
      id,
      body,
      secret,
      nowMs: Date.now(),
      ...(tamper === undefined ? {} : { tamper }),
    });
    try {
      return (await postEvent(webhookUrl, request, this.#giveUp.signal)).status;
    } catch {
      // The connection broke, or no answer came in time: like an answer that is no 2xx.
      return undefined;
    }
  }

  /** Ends at once when the sender gives up. */
  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#giveUp.signal }).catch(() => undefined);
  }
}

function isAccepted(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}
