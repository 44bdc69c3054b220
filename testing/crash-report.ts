import { inspect, isDeepStrictEqual } from 'node:util';
import type { Effect } from './attempt.ts';

/** One crash, and what comes of it. */
export interface Place {
  readonly when: 'before' | 'after';
  readonly effect: Effect;
  /** What had happened already and is done again. */
  readonly repeats: readonly Effect[];
  readonly fine: boolean;
  /** In words. */
  readonly text: string;
}

export interface Finding {
  readonly kind:
    | 'repeats-without-key'
    | 'leaves-something-else'
    | 'mutates-event'
    | 'ignores-signal'
    | 'swallows-error'
    | 'gives-up'
    | 'fails';
  readonly handler?: string;
  /** Name of the effect. */
  readonly effect?: string;
  /** In words. */
  readonly text: string;
}

export interface CrashReport {
  /** What a clean run does, in its order. */
  readonly effects: readonly Effect[];
  readonly places: readonly Place[];
  /** Empty when all is well. */
  readonly findings: readonly Finding[];
  /** The whole report, a line for each place and finding. */
  readonly text: string;
}

/** What a run has come to. */
export interface End {
  readonly status: string;
  readonly effects: readonly Effect[];
  readonly left: unknown;
}

export function reportOf(
  places: readonly Place[],
  effects: readonly Effect[],
  findings: readonly Finding[],
): CrashReport {
  const all = [...places.filter(({ fine }) => !fine).map(findingOf), ...findings];
  // What several places find is told with the first of them.
  const first = ({ kind, effect }: Finding) =>
    all.find((each) => each.kind === kind && each.effect === effect);
  const lines = [...places, ...findings].map(({ text }) => text);
  return { effects, places, findings: all.filter((each) => each === first(each)), text: lines.join('\n') };
}

function findingOf({ effect, repeats, text }: Place): Finding {
  const [repeated] = repeats;
  const kind = repeated === undefined ? 'leaves-something-else' : 'repeats-without-key';
  const { handler, name } = repeated ?? effect;
  return { kind, handler, effect: name, text };
}

/** @param at - the effect's number, counted from 1 */
export function placeOf(when: Place['when'], at: number, crashed: End, clean: End): Place {
  const effect = clean.effects[at - 1] as Effect;
  const done = crashed.effects.slice(0, at).filter(({ happened }) => happened);
  const repeats = crashed.effects.slice(at).filter(({ name }) => done.some((each) => each.name === name));
  const loose = repeats.filter(
    ({ name, key, repeatable }) =>
      !repeatable && !done.some((each) => key !== undefined && each.name === name && each.key === key),
  );
  const difference =
    crashed.status === 'COMPLETED'
      ? differenceBetween(clean.left, crashed.left, '')
      : `the event ends ${crashed.status}`;
  const told = loose.length > 0 ? loose : repeats;
  const names = [...new Set(told.map(({ name }) => (name === effect.name ? 'it' : name)))].join(', ');
  const how = loose.length > 0 ? ' without a key' : told.some(({ key }) => key) ? ' with the same key' : '';
  return {
    when,
    effect,
    repeats: told,
    fine: difference === undefined,
    text: `a crash ${when} ${effect.name} repeats ${names || 'nothing'}${how}: ${difference ?? 'fine'}`,
  };
}

/** What a receiver is left with that does once what comes with the same key, or is repeatable by its kind. */
export function countsOf(effects: readonly Effect[]): Readonly<Record<string, number>> {
  const seen = new Set<string>();
  const counts: Record<string, number> = {};
  for (const { name, key, repeatable, happened } of effects) {
    const identity = JSON.stringify([name, key]);
    if (!happened || ((key !== undefined || repeatable) && seen.has(identity))) continue;
    seen.add(identity);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** The first difference in words; undefined when there is none. */
function differenceBetween(clean: unknown, crashed: unknown, path: string): string | undefined {
  if (isDeepStrictEqual(clean, crashed)) return undefined;
  const at = path === '' ? '' : `${path}: `;
  if (Array.isArray(clean) && Array.isArray(crashed) && clean.length !== crashed.length) {
    return `${at}${crashed.length} instead of ${clean.length}`;
  }
  if (!isRecord(clean) || !isRecord(crashed)) {
    const [was, is] = [clean, crashed].map((value) =>
      inspect(value, { breakLength: Number.POSITIVE_INFINITY }),
    );
    return `${at}${is} instead of ${was}`;
  }
  const keys = new Set([...Object.keys(clean), ...Object.keys(crashed)]);
  const differing = [...keys].find((key) => !isDeepStrictEqual(clean[key], crashed[key])) ?? '';
  const below = path === '' ? differing : `${path}.${differing}`;
  return differenceBetween(clean[differing], crashed[differing], below);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Map || value instanceof Set);
}
