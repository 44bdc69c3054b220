import { FailureReason } from '../../lambdas/contract/failure.ts';
import { AnswerCode } from '../../lambdas/contract/http.ts';
import type { Violation } from './journal.ts';
import type { RunResult } from './simulate-seed.ts';
import { CRASH_POINTS } from './write-purpose.ts';

/** What many runs add up to. */
export interface Totals {
  seeds: number;
  steps: number;
  readonly counts: Record<string, number>;
  readonly faults: Record<string, number>;
  readonly violations: SeedViolation[];
}

export interface SeedViolation extends Violation {
  readonly seed: number;
}

/** More violations than this are counted, not kept. */
const KEPT_VIOLATIONS = 50;

/** States and transitions of the ledger's machine; each must be reached by a long run. */
export const TRANSITIONS = [
  'absent → IN_PROGRESS',
  'absent → COMPLETED',
  'IN_PROGRESS → IN_PROGRESS',
  'IN_PROGRESS → IN_PROGRESS (taken over)',
  'IN_PROGRESS → COMPLETED',
  'IN_PROGRESS → FAILED (retrying)',
  'IN_PROGRESS → FAILED (copy not confirmed)',
  'FAILED (retrying) → FAILED (retrying)',
  'FAILED (retrying) → IN_PROGRESS',
  'FAILED (copy not confirmed) → FAILED (copy not confirmed)',
  'FAILED (copy not confirmed) → FAILED (dead-lettered)',
  'FAILED (copy not confirmed) → IN_PROGRESS',
  'FAILED (dead-lettered) → FAILED (dead-lettered)',
  'FAILED (dead-lettered) → IN_PROGRESS',
  'COMPLETED → COMPLETED',
] as const;

/** What becomes of attempts that die, or that nobody learns of; each must be reached too. */
const DEATHS = [
  'attempts died in company',
  'attempts died alone',
  'turns taken alone',
  'suspects whose turn did not come',
  'claims withdrawn',
] as const;

export function newTotals(): Totals {
  return { seeds: 0, steps: 0, counts: {}, faults: {}, violations: [] };
}

export function addRun(totals: Totals, seed: number, { journal, faults, steps }: RunResult): void {
  totals.seeds++;
  totals.steps += steps;
  for (const [name, count] of journal.counts) totals.counts[name] = (totals.counts[name] ?? 0) + count;
  for (const [name, count] of faults.struck) totals.faults[name] = (totals.faults[name] ?? 0) + count;
  for (const violation of journal.violations) {
    if (totals.violations.length < KEPT_VIOLATIONS) totals.violations.push({ seed, ...violation });
  }
}

export function addTotals(totals: Totals, more: Totals): void {
  totals.seeds += more.seeds;
  totals.steps += more.steps;
  for (const [name, count] of Object.entries(more.counts))
    totals.counts[name] = (totals.counts[name] ?? 0) + count;
  for (const [name, count] of Object.entries(more.faults))
    totals.faults[name] = (totals.faults[name] ?? 0) + count;
  totals.violations.push(...more.violations.slice(0, KEPT_VIOLATIONS - totals.violations.length));
}

/** What a long run must have reached, and has not. */
export function unreached({ counts }: Totals): string[] {
  const reached = new Set(Object.keys(counts).map((name) => name.replace(/ \d{3}$/, '')));
  return [
    ...DEATHS,
    ...TRANSITIONS.map((name) => `transition ${name}`),
    ...Object.values(AnswerCode).map((code) => `answer ${code}`),
    ...Object.values(FailureReason).map((reason) => `dead letters ${reason}`),
  ].filter((name) => !reached.has(name));
}

/** Calls during which no function has died yet. */
export function neverCrashedDuring({ counts }: Totals): string[] {
  return CRASH_POINTS.map((purpose) => `crashed during ${purpose}`).filter(
    (name) => counts[name] === undefined,
  );
}

/** Totals as text: one section per kind of count. */
export function describeTotals(totals: Totals, elapsedMs: number): string {
  const { counts, faults } = totals;
  const accepted = counts['events accepted'] ?? 0;
  const perMinute = Math.round((totals.steps / elapsedMs) * 60_000);
  const groups: readonly (readonly [title: string, prefix: string])[] = [
    ['ingest answers', 'answer '],
    ['ledger transitions', 'transition '],
    ['ledger states at the end', 'final state '],
    ['dead letters by reason', 'dead letters '],
    ['crashes, by what the function waited for', 'crashed during '],
    ['batches', 'batches '],
    ['checks made', 'checked '],
  ];
  const sections = groups.map(([title, prefix]) => section(title, withPrefix(counts, prefix)));
  const other = Object.entries(counts).filter(
    ([name]) => !groups.some(([, prefix]) => name.startsWith(prefix)),
  );
  return [
    `${totals.seeds} seeds, ${accepted} webhooks accepted, ${totals.steps} simulated events ` +
      `(${perMinute} a minute), ${(elapsedMs / 1_000).toFixed(1)} s`,
    section('faults by kind', Object.entries(faults)),
    ...sections,
    section('other', other),
  ].join('\n');
}

function withPrefix(counts: Readonly<Record<string, number>>, prefix: string): [string, number][] {
  return Object.entries(counts)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, count]) => [name.slice(prefix.length), count]);
}

function section(title: string, rows: readonly (readonly [string, number])[]): string {
  const total = rows.reduce((sum, [, count]) => sum + count, 0);
  const lines = [...rows]
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `  ${String(count).padStart(9)} ${share(count, total)}  ${name}`);
  return [`\n${title} (${total})`, ...lines].join('\n');
}

function share(count: number, total: number): string {
  return `${((100 * count) / Math.max(1, total)).toFixed(1).padStart(5)} %`;
}
