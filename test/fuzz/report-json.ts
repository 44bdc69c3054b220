import { caseJson, replayCommand } from './case-report.ts';
import { LAXITIES, REFUSALS } from './disagreements.ts';
import { CHECKS } from './judge.ts';
import type { FuzzResult, FuzzSettings } from './run-fuzz.ts';

/** The whole result as one object. */
export function fuzzJson({ totals, tookMs, ...result }: FuzzResult, { seed }: FuzzSettings) {
  const { cases, accepted, agreedAccept, agreedRefuse } = totals;
  const listed = (list: Readonly<Record<string, { readonly explanation: string }>>, theyAccept: boolean) =>
    Object.entries(list).map(([name, { explanation }]) => ({
      name,
      they_accept: theyAccept,
      svix: totals.disagreements.svix[name] ?? 0,
      standardwebhooks: totals.disagreements.standardwebhooks[name] ?? 0,
      explanation,
    }));
  return {
    passed: result.passed,
    interrupted: result.interrupted,
    seed,
    cases,
    processes: result.processes,
    took_ms: Math.round(tookMs),
    accepted,
    agreed_accept: agreedAccept,
    agreed_refuse: agreedRefuse,
    disagreed: cases - agreedAccept - agreedRefuse,
    answers: totals.codes,
    disagreements: [...listed(LAXITIES, true), ...listed(REFUSALS, false)],
    mutations: Object.entries(totals.kinds).map(([name, kind]) => ({ name, ...kind })),
    failed: totals.failed,
    failures: result.explained.map(({ failure: { check, detail, index, kinds }, shrunk }) => ({
      check,
      means: CHECKS[check],
      detail,
      case: index,
      mutations: kinds,
      replay: replayCommand(seed, index),
      shrunk: caseJson(shrunk),
    })),
    not_met: result.notMet,
  };
}
