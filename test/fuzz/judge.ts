import { AnswerCode } from '../../lambdas/contract/http.ts';
import { deliver } from './delivery.ts';
import { nameOf, REFUSED_BY_BOTH } from './disagreements.ts';
import { documentedVerdict, type Reading, readDelivery, Verdict } from './documented.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { askOracle, ORACLES, type OracleAnswer, type OracleName } from './oracles.ts';
import { askOurs, type OurAnswer } from './ours.ts';

/** What must hold for every request. */
export const CHECKS = {
  'security-hole': 'we accept what both others refuse, and the list does not allow it',
  'unexplained-acceptance': 'we accept what one of the others refuses, and no entry of the list explains it',
  'unexplained-refusal': 'we refuse what another accepts, and no entry of the list explains it',
  'not-as-documented': 'our answer is not the one that DESIGN gives for this request',
  'queue-and-answer': 'a 200 without exactly one message, or a message without a 200',
  'another-event': 'what was queued is not, byte for byte, the id, timestamp and body that were verified',
} as const;
export type Check = keyof typeof CHECKS;

export interface Judgement {
  readonly accepted: boolean;
  /** How ours answered: a code of the contract. */
  readonly code: string;
  readonly verdict: Verdict;
  readonly oracles: Readonly<Record<OracleName, OracleAnswer>>;
  /** The entry of the list, by oracle, where that one disagrees. */
  readonly disagreements: Readonly<Partial<Record<OracleName, string>>>;
  readonly failure?: { readonly check: Check; readonly detail: string };
}

/** Status and code of each documented reason; where DESIGN has one text for several, so has this. */
const DOCUMENTED: Readonly<Record<Verdict, readonly [number, AnswerCode]>> = {
  [Verdict.ACCEPTED]: [200, AnswerCode.ACCEPTED],
  [Verdict.MISSING]: [400, AnswerCode.MISSING_HEADERS],
  [Verdict.ID]: [400, AnswerCode.INVALID_HEADERS],
  [Verdict.TIMESTAMP]: [400, AnswerCode.INVALID_HEADERS],
  [Verdict.TOLERANCE]: [401, AnswerCode.INVALID_SIGNATURE],
  [Verdict.SECRET]: [500, AnswerCode.NOT_CONFIGURED],
  [Verdict.MISMATCH]: [401, AnswerCode.INVALID_SIGNATURE],
};

export async function judge(given: FuzzCase): Promise<Judgement> {
  const delivery = deliver(given);
  const ours = await askOurs(given, delivery);
  const reading = readDelivery(delivery, given);
  const verdict = documentedVerdict(reading);
  const oracles = {
    svix: askOracle('svix', given, delivery),
    standardwebhooks: askOracle('standardwebhooks', given, delivery),
  };
  const accepted = ours.status === 200;
  const disagreements: Partial<Record<OracleName, string>> = {};
  let unexplained: OracleName | undefined;
  for (const oracle of ORACLES) {
    const theirs = oracles[oracle];
    if (theirs.accepted === accepted) continue;
    const name = nameOf({ oracle, theirs, verdict, reading });
    if (name === undefined) unexplained ??= oracle;
    else disagreements[oracle] = name;
  }
  const failure = findFailure({ ours, accepted, verdict, reading, oracles, disagreements, unexplained });
  const code = ours.outcome?.code ?? 'none';
  return { accepted, code, verdict, oracles, disagreements, ...(failure === undefined ? {} : { failure }) };
}

interface Findings extends Pick<Judgement, 'accepted' | 'verdict' | 'oracles' | 'disagreements'> {
  readonly ours: OurAnswer;
  readonly reading: Reading;
  readonly unexplained: OracleName | undefined;
}

/** The gravest first. */
function findFailure(findings: Findings): Judgement['failure'] {
  const { ours, accepted, verdict, reading, oracles, disagreements, unexplained } = findings;
  const isExcused = () =>
    verdict === Verdict.ACCEPTED &&
    ORACLES.every((oracle) => REFUSED_BY_BOTH.includes(disagreements[oracle] ?? ''));
  if (accepted && ORACLES.every((oracle) => !oracles[oracle].accepted) && !isExcused()) {
    return { check: 'security-hole', detail: `by our documents: ${verdict}` };
  }
  if (unexplained !== undefined) {
    const check = accepted ? 'unexplained-acceptance' : 'unexplained-refusal';
    return { check, detail: `${unexplained} disagrees; by our documents: ${verdict}` };
  }
  const [status, code] = DOCUMENTED[verdict];
  if (ours.status !== status || ours.outcome?.code !== code) {
    const reason = ours.outcome !== undefined && 'reason' in ours.outcome ? ours.outcome.reason : 'no reason';
    return {
      check: 'not-as-documented',
      detail: `answered ${ours.status} (${reason}), not ${status} ${code}`,
    };
  }
  const [event] = ours.enqueued;
  if (ours.enqueued.length !== (accepted ? 1 : 0)) {
    return {
      check: 'queue-and-answer',
      detail: `answered ${ours.status} with ${ours.enqueued.length} queued`,
    };
  }
  const isSame =
    event === undefined ||
    (event.id === reading.id && event.timestamp === reading.timestamp && event.body.equals(reading.body));
  return isSame
    ? undefined
    : { check: 'another-event', detail: 'the queue has something else than was sent' };
}
