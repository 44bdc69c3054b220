import { CHECKS } from './judge.ts';
import { ORACLES } from './oracles.ts';
import type { JudgedCase } from './shrink.ts';

export const replayCommand = (seed: number, index: number): string =>
  `npm run fuzz -- --seed ${seed} --case ${index}`;

/** One request with all that was made of it. Its secret is the fuzzer's own. */
export function caseJson({ given, kinds, judgement }: JudgedCase) {
  const { headers, body, transport, storedSecret, nowMs } = given;
  const { accepted, code, verdict, oracles, disagreements, failure } = judgement;
  return {
    mutations: kinds,
    clock: new Date(nowMs).toISOString(),
    clock_ms: nowMs,
    stored_secret: storedSecret,
    headers: headers.map(({ name, value }) => [name, value] as const),
    body_base64: body.toString('base64'),
    body_arrives_as: transport,
    ours: { accepted, code },
    by_the_documents: verdict,
    ...Object.fromEntries(
      ORACLES.map((oracle) => [
        oracle,
        { accepted: oracles[oracle].accepted, disagreement: disagreements[oracle] ?? null },
      ]),
    ),
    failure: failure === undefined ? null : { ...failure, means: CHECKS[failure.check] },
  };
}

/** As lines of printable ASCII: the request may hold anything that a terminal would obey. */
export function caseText(judged: JudgedCase): string {
  return Object.entries(caseJson(judged))
    .flatMap(([name, value]) =>
      name === 'headers' && Array.isArray(value)
        ? value.map((header) => `  header            ${printable(header)}`)
        : [`  ${name.padEnd(17)} ${printable(value)}`],
    )
    .join('\n');
}

function printable(value: unknown): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[^ -~]/g, escaped);
}
