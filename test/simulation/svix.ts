import { AnswerCode } from '../../lambdas/contract/http.ts';
import { sourceOf, withoutSource } from '../../lambdas/contract/source.ts';
import type { Outcome } from '../../lambdas/ingest/ingest.ts';
import { sign } from '../../lambdas/ingest/signature.ts';
import { type SimulatedEvent, sha256 } from './events.ts';
import type { Faults } from './faults.ts';
import { ALLOWED_ADDRESS, type IngestEnd, type IngestSide, type SimulatedRequest } from './ingest-side.ts';
import type { Journal } from './journal.ts';
import type { Random } from './random.ts';
import { FORGED, OLD, type SecretTimeline } from './secrets.ts';
import type { Settlement } from './settlement.ts';
import type { VirtualTime } from './virtual-time.ts';

/** DESIGN's numbers, not the code's: a removed secret stops, a new one is taken, and how old a request may be. */
const SECRET_MAX_AGE_MS = 5 * 60_000;
const SECRET_REREAD_INTERVAL_MS = 30_000;
const TIMESTAMP_TOLERANCE_SECONDS = 300;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Pauses before each attempt: docs.svix.com, "retries". */
const SCHEDULE_MS = [
  0,
  5_000,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  10 * HOUR_MS,
];
const SVIX_TIMEOUT_MS = 15_000;

export interface SvixOptions {
  readonly time: VirtualTime;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly random: Random;
  readonly ingest: IngestSide;
  readonly secrets: SecretTimeline;
  readonly settlement: Settlement;
}

interface Delivery {
  readonly id: string;
  readonly body: Buffer;
}

/** Sends events as Svix does, and sometimes what Svix never would. */
export class Svix {
  readonly #options: SvixOptions;

  constructor(options: SvixOptions) {
    this.#options = options;
  }

  /** Until it is accepted or given up. */
  send({ id, body }: SimulatedEvent): void {
    const { faults, time } = this.#options;
    this.#attempt({ id, body }, 0);
    if (faults.strikes('manual-resend')) {
      const laterMs = faults
        .random('manual-resend')
        .pick([2_000, 10 * MINUTE_MS, 20 * HOUR_MS, 100 * HOUR_MS]);
      time.after(laterMs, () => this.#deliver({ id, body }, () => undefined));
    }
    if (faults.strikes('same-id-other-body')) {
      const other = { id, body: Buffer.concat([body, Buffer.from(' ')]) };
      time.after(faults.random('same-id-other-body').between(0, HOUR_MS), () =>
        this.#deliver(other, () => undefined),
      );
    }
    // Of Supaglue's alone: the cores are the same.
    if (sourceOf(id) === undefined && faults.strikes('forgery')) {
      time.after(1_000, () => this.#forge({ id, body }));
      const laterMs = faults.random('forgery').pick([MINUTE_MS, 25 * HOUR_MS, 25 * HOUR_MS, 40 * HOUR_MS]);
      time.after(laterMs, () => this.#useRevoked({ id: `revoked-${id}`, body }));
    }
  }

  #attempt(delivery: Delivery, index: number): void {
    const { time, random } = this.#options;
    const pauseMs = SCHEDULE_MS[index];
    if (pauseMs === undefined) return;
    time.after(pauseMs * random.between(1, 1.1), () =>
      this.#deliver(delivery, (done) => {
        if (!done) this.#attempt(delivery, index + 1);
      }),
    );
  }

  #deliver({ id, body }: Delivery, onAnswer: (done: boolean) => void): void {
    const { time, faults, secrets, settlement, journal } = this.#options;
    const sentAtMs = time.nowMs;
    const signing = secrets.signing(sentAtMs);
    const timestampSeconds = Math.floor(sentAtMs / 1_000);
    const rawId = withoutSource(id);
    const signature = signing.map((secret) => sign({ id: rawId, timestampSeconds, body, secret })).join(' ');
    const source = sourceOf(id);
    const family = faults.random('http-duplicate').pick(['svix', 'svix', 'webhook']);
    const request: SimulatedRequest = {
      headers: headersOf(rawId, timestampSeconds, signature, family),
      body,
      ...(source && { source }),
    };
    let answered = false;
    const answer = (done: boolean) => {
      if (answered) return;
      answered = true;
      onAnswer(done);
    };
    const arrive = () => {
      const arrivedAtMs = time.nowMs;
      this.#options.ingest.request(request, (end, outcome) => {
        journal.note(id, () => `ingest: ${end.end} ${outcome?.code ?? ''}`);
        this.#checkGenuine(id, signing, arrivedAtMs, end, outcome);
        if (end.end !== 'answered') return;
        const status = end.value.statusCode ?? 0;
        if (status === 200) settlement.accepted(id, sha256(body));
        if (faults.strikes('http-answer-lost')) return;
        answer(status === 200 || end.value.headers?.['webhook-delivery'] === 'abort-message');
      });
    };
    arrive();
    if (faults.strikes('http-duplicate'))
      time.after(faults.random('http-duplicate').between(0, 60_000), arrive);
    if (faults.strikes('replay')) {
      const random = faults.random('replay');
      const withinMs = random.pick([2_000, 60_000, 280_000]);
      for (let left = random.integer(2, 20); left > 0; left--)
        time.after(random.between(0, withinMs), arrive);
    }
    time.after(SVIX_TIMEOUT_MS, () => answer(false));
  }

  #checkGenuine(
    id: string,
    signing: readonly string[],
    arrivedAtMs: number,
    end: IngestEnd,
    outcome: Outcome | undefined,
  ): void {
    const { journal, secrets, time } = this.#options;
    if (end.end === 'crashed') return;
    journal.check('ingest-always-answers', id, end.end === 'answered', () => `it ${end.end}`);
    if (end.end !== 'answered' || outcome === undefined) return;
    journal.count(`answer ${outcome.code} ${end.value.statusCode}`);
    const { code } = outcome;
    const known = secrets.alwaysHeldBetween(signing, arrivedAtMs - SECRET_MAX_AGE_MS, time.nowMs);
    const readable = secrets.alwaysHeldBetween(
      signing,
      arrivedAtMs - SECRET_REREAD_INTERVAL_MS - 1,
      time.nowMs,
    );
    if (code === AnswerCode.ACCEPTED) {
      const valid = secrets.heldBetween(signing, arrivedAtMs - SECRET_MAX_AGE_MS, time.nowMs);
      journal.check(
        'accepted-with-a-live-secret',
        id,
        valid,
        () => 'its secret was removed for over five minutes',
      );
    } else if (known || readable) {
      journal.check('genuine-is-not-refused', id, code === AnswerCode.UNAVAILABLE, () => `answered ${code}`);
    }
  }

  /** Requests that must never reach the queue. */
  #forge({ id, body }: Delivery): void {
    const { time, faults, secrets, journal, ingest } = this.#options;
    const random = faults.random('forgery');
    const now = Math.floor(time.nowMs / 1_000);
    const secret = secrets.signing(time.nowMs)[0] ?? FORGED;
    const genuine = sign({ id, timestampSeconds: now, body, secret });
    const forgedId = `forged-${id}`;
    const stale = now - TIMESTAMP_TOLERANCE_SECONDS - 20;
    const sent = (changes: Partial<SimulatedRequest>): SimulatedRequest => ({
      headers: headersOf(id, now, genuine),
      body,
      ...changes,
    });
    const [name, request, allowed] = random.pick<readonly [string, SimulatedRequest, readonly string[]]>([
      [
        'other secret',
        sent({
          headers: headersOf(
            forgedId,
            now,
            sign({ id: forgedId, timestampSeconds: now, body, secret: FORGED }),
          ),
        }),
        ['invalid-signature'],
      ],
      ['other id', sent({ headers: headersOf(forgedId, now, genuine) }), ['invalid-signature']],
      ['other body', sent({ body: Buffer.from('{}') }), ['invalid-signature']],
      [
        'stale',
        sent({ headers: headersOf(id, stale, sign({ id, timestampSeconds: stale, body, secret })) }),
        ['invalid-signature'],
      ],
      ['shifted', this.#shifted({ id, body }, secret, now), ['invalid-headers']],
      [
        'no signature',
        sent({ headers: { 'svix-id': id, 'svix-timestamp': String(now) } }),
        ['missing-headers'],
      ],
      [
        'bad timestamp',
        sent({ headers: { ...headersOf(id, now, genuine), 'svix-timestamp': `${now}x` } }),
        ['invalid-headers'],
      ],
      ['other source', sent({ sourceAddress: '198.51.100.7' }), ['source-not-allowed']],
      ['too large', this.#tooLarge(id, secret, now), ['body-too-large', 'invalid-signature']],
    ]);
    journal.note(id, () => `forgery: ${name}`);
    ingest.request(request, (end, outcome) => {
      if (end.end !== 'answered' || outcome === undefined) return;
      journal.count(`answer ${outcome.code} ${end.value.statusCode}`);
      const expected = [...allowed, 'unavailable', 'not-configured'];
      journal.check(
        'forgery-is-refused',
        id,
        expected.includes(outcome.code),
        () => `${name} was ${outcome.code}`,
      );
    });
  }

  /** Somebody still holds the secret that a rotation replaced. */
  #useRevoked({ id, body }: Delivery): void {
    const { time, secrets, journal, ingest } = this.#options;
    const { nowMs: sentAtMs } = time;
    const timestampSeconds = Math.floor(sentAtMs / 1_000);
    const signature = sign({ id, timestampSeconds, body, secret: OLD });
    ingest.request({ headers: headersOf(id, timestampSeconds, signature), body }, (_, outcome) => {
      const isHeld = secrets.heldBetween([OLD], sentAtMs - SECRET_MAX_AGE_MS, time.nowMs);
      const isAccepted = outcome?.code === AnswerCode.ACCEPTED;
      journal.check('revoked-secret-stops', id, !isAccepted || isHeld, () => 'removed over five minutes ago');
    });
  }

  /** An old capture whose body's beginning is moved into the id: the signed bytes are the same. */
  #shifted({ id, body }: Delivery, secret: string, now: number): SimulatedRequest {
    const then = now - 86_400;
    const captured = Buffer.concat([Buffer.from(`moved.${now}.`), body]);
    const signature = sign({ id, timestampSeconds: then, body: captured, secret });
    return { headers: headersOf(`${id}.${then}.moved`, now, signature), body };
  }

  #tooLarge(id: string, secret: string, now: number): SimulatedRequest {
    const body = TOO_LARGE;
    return {
      headers: headersOf(id, now, sign({ id, timestampSeconds: now, body, secret })),
      body,
      sourceAddress: ALLOWED_ADDRESS,
    };
  }
}

const TOO_LARGE = Buffer.alloc(1024 * 1024, ' ');

function headersOf(id: string, timestampSeconds: number, signature: string, family = 'svix') {
  return {
    [`${family}-id`]: id,
    [`${family}-timestamp`]: String(timestampSeconds),
    [`${family}-signature`]: signature,
  };
}
