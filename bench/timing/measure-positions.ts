import { createSecretKey } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { digest, matchSignature, type SignedContent } from '../../lambdas/ingest/signature.ts';
import { type Comparison, percentile, welch } from './welch.ts';

/** Base64 of a SHA-256 has 43 characters and a `=`. */
export const LAST_POSITION = 42;
/** As dudect uses it: beyond this, two means differ for a reason. https://eprint.iacr.org/2016/1123 */
export const T_LIMIT = 4.5;

const CONTENT: SignedContent = { id: 'msg_timing', timestamp: '1700000000', body: '{"timing":true}' };
const KEY = createSecretKey(Buffer.alloc(32, 7));
const EXPECTED = digest(KEY, CONTENT);
/** Wrong signatures of each class: no single one's place in memory must decide. */
const HEADERS_A_CLASS = 64;
/** Samples between two looks at Ctrl-C. */
const SLICE = 20_000;
const WARM_UP = 20_000;

type Compare = (header: string) => boolean;

/** Signature checks whose time is compared: ours, and one that stops at the first wrong byte. */
export const SUBJECTS: Readonly<Record<'ours' | 'leaky', Compare>> = {
  ours: (header) => matchSignature([KEY], CONTENT, header) === undefined,
  // The positive control: what does not show here could not be seen in ours either.
  leaky: (header) => !equalsUntilFirstDifference(Buffer.from(header.slice(3)), digest(KEY, CONTENT)),
};
export type Subject = keyof typeof SUBJECTS;

function equalsUntilFirstDifference(candidate: Buffer, expectedText: string): boolean {
  const expected = Buffer.from(expectedText);
  for (let index = 0; index < expected.length; index += 1) {
    if (candidate[index] !== expected[index]) return false;
  }
  return candidate.length === expected.length;
}

export interface PositionResult extends Comparison {
  readonly subject: Subject;
  /** Of the first differing character, from 0, against one at 0. */
  readonly position: number;
  readonly samples: number;
  /** Of all samples kept, in nanoseconds. */
  readonly medianNs: number;
}

export interface MeasureOptions {
  readonly subject: Subject;
  readonly position: number;
  /** Of both classes together. */
  readonly samples: number;
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/**
 * Times refusals of signatures whose first wrong character is the first, or the one at `position`. The class of
 * each sample is drawn at random, so that the machine's noise falls on both alike; the slowest tenth (interrupts,
 * garbage collection) is left out of both by one common bound.
 */
export async function measurePosition(options: MeasureOptions): Promise<PositionResult> {
  const { subject, position, samples, random, signal } = options;
  const classes = [wrongAt(0, random), wrongAt(position, random)] as const;
  const compare = SUBJECTS[subject];
  const times = new Float64Array(samples);
  const drawn = new Uint8Array(samples);
  let refused = 0;
  for (let index = -WARM_UP; index < samples; index += 1) {
    const which = random() < 0.5 ? 0 : 1;
    const header = classes[which][Math.floor(random() * HEADERS_A_CLASS)] ?? '';
    const startedNs = process.hrtime.bigint();
    const isRefused = compare(header);
    const tookNs = Number(process.hrtime.bigint() - startedNs);
    if (isRefused) refused += 1;
    if (index >= 0) {
      times[index] = tookNs;
      drawn[index] = which;
    }
    if (index % SLICE === 0) {
      await nextTurn();
      signal.throwIfAborted();
    }
  }
  if (refused !== samples + WARM_UP) throw new Error(`${subject} took a wrong signature`);
  const boundNs = percentile(times, 0.9);
  const kept = (which: number) => times.filter((time, index) => drawn[index] === which && time <= boundNs);
  return {
    subject,
    position,
    samples,
    medianNs: percentile(times, 0.5),
    ...welch(kept(0), kept(1)),
  };
}

/** Headers that agree with the right one up to `position`, differ there, and are random after it. */
function wrongAt(position: number, random: () => number): readonly string[] {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const anyOf = (not?: string) => {
    const letters = [...alphabet].filter((letter) => letter !== not);
    return letters[Math.floor(random() * letters.length)] ?? '';
  };
  return Array.from({ length: HEADERS_A_CLASS }, () => {
    const tail = Array.from({ length: LAST_POSITION - position }, () => anyOf()).join('');
    const text = `v1,${EXPECTED.slice(0, position)}${anyOf(EXPECTED[position])}${tail}=`;
    // One flat string of its own: a slice or a rope would be timed for what it is made of.
    return Buffer.from(text).toString();
  });
}
