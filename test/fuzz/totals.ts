import type { Check, Judgement } from './judge.ts';
import { KIND_NAMES, type KindName } from './kinds/index.ts';
import type { MadeCase } from './make-case.ts';
import { ORACLES, type OracleName } from './oracles.ts';

/** Who accepts what: of the requests of one kind. */
export interface KindTotals {
  cases: number;
  accepted: number;
  svix: number;
  standardwebhooks: number;
}

export interface Failure {
  readonly index: number;
  readonly check: Check;
  readonly detail: string;
  readonly kinds: readonly KindName[];
}

/** What is counted of a run; plain data, so that it travels between processes. */
export interface Totals {
  cases: number;
  /** By us. */
  accepted: number;
  /** All three accept, all three refuse. */
  agreedAccept: number;
  agreedRefuse: number;
  /** Our answers by code. */
  readonly codes: Record<string, number>;
  /** Disagreements with each oracle, by the entry of the list that explains them. */
  readonly disagreements: Record<OracleName, Record<string, number>>;
  readonly kinds: Record<string, KindTotals>;
  failed: number;
  /** The first of them. */
  readonly failures: Failure[];
}

/** A verifier that is broken fails thousands of times: enough is known before. */
export const MAX_FAILURES = 20;

const increment = (counts: Record<string, number>, name: string, by = 1) => {
  counts[name] = (counts[name] ?? 0) + by;
};

const newKindTotals = (): KindTotals => ({ cases: 0, accepted: 0, svix: 0, standardwebhooks: 0 });

export function newTotals(): Totals {
  return {
    cases: 0,
    accepted: 0,
    agreedAccept: 0,
    agreedRefuse: 0,
    codes: {},
    disagreements: { svix: {}, standardwebhooks: {} },
    kinds: Object.fromEntries(KIND_NAMES.map((name) => [name, newKindTotals()])),
    failed: 0,
    failures: [],
  };
}

export function addJudgement(totals: Totals, index: number, { kinds }: MadeCase, judgement: Judgement): void {
  const { accepted, code, oracles, disagreements, failure } = judgement;
  totals.cases++;
  if (accepted) totals.accepted++;
  if (ORACLES.every((oracle) => oracles[oracle].accepted === accepted)) {
    if (accepted) totals.agreedAccept++;
    else totals.agreedRefuse++;
  }
  increment(totals.codes, code);
  for (const oracle of ORACLES) {
    const name = disagreements[oracle];
    if (name !== undefined) increment(totals.disagreements[oracle], name);
  }
  for (const name of kinds) {
    totals.kinds[name] ??= newKindTotals();
    const kind = totals.kinds[name];
    kind.cases++;
    if (accepted) kind.accepted++;
    for (const oracle of ORACLES) if (oracles[oracle].accepted) kind[oracle]++;
  }
  if (failure === undefined) return;
  totals.failed++;
  if (totals.failures.length < MAX_FAILURES) totals.failures.push({ index, ...failure, kinds });
}

export function addTotals(into: Totals, part: Totals): void {
  into.cases += part.cases;
  into.accepted += part.accepted;
  into.agreedAccept += part.agreedAccept;
  into.agreedRefuse += part.agreedRefuse;
  into.failed += part.failed;
  for (const [code, count] of Object.entries(part.codes)) increment(into.codes, code, count);
  for (const oracle of ORACLES) {
    for (const [name, count] of Object.entries(part.disagreements[oracle])) {
      increment(into.disagreements[oracle], name, count);
    }
  }
  for (const [name, other] of Object.entries(part.kinds)) {
    into.kinds[name] ??= newKindTotals();
    const kind = into.kinds[name];
    kind.cases += other.cases;
    kind.accepted += other.accepted;
    for (const oracle of ORACLES) kind[oracle] += other[oracle];
  }
  into.failures.push(...part.failures);
  into.failures.sort((a, b) => a.index - b.index);
}
