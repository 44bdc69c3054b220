import type { Random } from './random.ts';
import { START_MS } from './settings.ts';

export function secretOf(word: string): string {
  return `whsec_${Buffer.alloc(32, word).toString('base64')}`;
}

interface Phase {
  readonly fromMs: number;
  /** In Secrets Manager. */
  readonly stored: string | undefined;
  /** What Svix signs with: on rotation the old one beside the new one for a day. */
  readonly signing: readonly string[];
}

export const OLD = secretOf('simulated old secret');
const NEW = secretOf('simulated new secret');
export const FORGED = secretOf('secret of somebody else');
const DAY_MS = 24 * 3_600_000;
const MINUTE_MS = 60_000;

/** The endpoint's secrets over time, at Svix and in Secrets Manager. */
export class SecretTimeline {
  readonly #phases: readonly Phase[];

  constructor(rotates: boolean, random: Random) {
    this.#phases = rotates ? rotation(random) : [{ fromMs: 0, stored: OLD, signing: [OLD] }];
  }

  stored(atMs: number): string | undefined {
    return this.#at(atMs).stored;
  }

  signing(atMs: number): readonly string[] {
    return this.#at(atMs).signing;
  }

  /** Whether any stored value between the two moments holds one of these secrets. */
  heldBetween(secrets: readonly string[], fromMs: number, untilMs: number): boolean {
    return this.#between(fromMs, untilMs).some(({ stored }) =>
      secrets.some((secret) => stored?.includes(secret)),
    );
  }

  /** Whether every stored value between the two moments holds one of these secrets and is valid. */
  alwaysHeldBetween(secrets: readonly string[], fromMs: number, untilMs: number): boolean {
    return this.#between(fromMs, untilMs).every(
      ({ stored }) =>
        stored?.includes('broken') === false && secrets.some((secret) => stored.includes(secret)),
    );
  }

  #at(atMs: number): Phase {
    const phase = this.#phases.findLast(({ fromMs }) => fromMs <= atMs);
    if (phase === undefined) throw new Error('no phase covers this time');
    return phase;
  }

  #between(fromMs: number, untilMs: number): readonly Phase[] {
    return [
      this.#at(fromMs),
      ...this.#phases.filter((phase) => phase.fromMs > fromMs && phase.fromMs <= untilMs),
    ];
  }
}

/** Not configured or broken at first now and then; rotated in order, or late. */
function rotation(random: Random): Phase[] {
  const rotatedAtMs = START_MS + random.pick([10_000, 5 * MINUTE_MS, 3_600_000]) * random.next();
  const storedAtMs = rotatedAtMs + random.pick([0, MINUTE_MS, 3_600_000]) * random.next();
  const first = random.pick([OLD, OLD, undefined, 'whsec_broken']);
  const phases: Phase[] = [
    { fromMs: 0, stored: first, signing: [OLD] },
    { fromMs: START_MS + 5_000, stored: OLD, signing: [OLD] },
    { fromMs: rotatedAtMs, stored: OLD, signing: [NEW, OLD] },
    {
      fromMs: storedAtMs,
      stored: random.pick([`${NEW} ${OLD}`, `${OLD}\n${NEW}`, NEW]),
      signing: [NEW, OLD],
    },
    { fromMs: rotatedAtMs + DAY_MS, stored: NEW, signing: [NEW] },
  ];
  return phases.sort((a, b) => a.fromMs - b.fromMs);
}
