import { TAMPERINGS, type Tampering } from '../../operator/core/sign-request.ts';
import { createRandom } from '../simulation/random.ts';
import { EVENT_KINDS, type EventKindName, pickKind, type WorkScale } from './event-kinds.ts';

/** One event that is to be sent, and what else goes over the wire beside it. */
export interface PlannedEvent {
  readonly id: string;
  readonly kind: EventKindName;
  readonly body: Buffer;
  /** Sent once more this long after it was accepted, in milliseconds: Svix may. Absent: it is not. */
  readonly resendAfterMs?: number;
  /** A forgery of this event is sent beside it, under an id of its own. */
  readonly forgery?: { readonly id: string; readonly tamper: Tampering };
}

const RESENT_SHARE = 0.06;
const LONGEST_RESEND_MS = 8_000;
const FORGED_SHARE = 0.05;

/** Without end; the same events for the same seed. */
export function* loadPlan(seed: number, scale: WorkScale): Generator<PlannedEvent, never> {
  const random = createRandom(seed, 'load');
  for (let index = 1; ; index += 1) {
    const kind = pickKind(random);
    const id = `soak_${seed}_${index}`;
    yield {
      id,
      kind,
      body: Buffer.from(EVENT_KINDS[kind].body(random, scale)),
      ...(random.chance(RESENT_SHARE) ? { resendAfterMs: random.integer(0, LONGEST_RESEND_MS) } : {}),
      ...(random.chance(FORGED_SHARE)
        ? { forgery: { id: `forged_${seed}_${index}`, tamper: random.pick(TAMPERINGS) } }
        : {}),
    };
  }
}
