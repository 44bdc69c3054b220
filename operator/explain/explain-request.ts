import { TIMESTAMP_TOLERANCE_SECONDS } from '../../lambdas/contract/http.ts';
import { isMalformed, readSecretValue, type SecretEntry } from '../core/secret-value.ts';
import type { Capture } from './capture.ts';
import { findHeaders, firstTimestampSeconds, timestampSeconds } from './header-readings.ts';
import { type IngestVerdict, ingestVerdict } from './ingest-verdict.ts';
import type { Alteration, TimestampAlteration } from './reading.ts';
import { findMatch } from './search.ts';
import { suspicions } from './suspicions.ts';

/** Why a captured request does, or does not, verify. */
export interface Explanation {
  /** Of the ingest function's own code. */
  readonly verdict: IngestVerdict;
  /** From 1; the secret that made the signature, where a reading of the request was found that shows it. */
  readonly secretPosition?: number;
  /** Epoch seconds of the signature's timestamp, when it is one. */
  readonly timestampSeconds?: number;
  /** Why it does not verify, the main cause first. None when it does. */
  readonly findings: readonly Alteration[];
  /** Whether the findings are shown by a signature that is right without them, or only suspected. */
  readonly proven: boolean;
}

export interface ExplainOptions {
  /** The stored value: one secret, or several separated by white space. */
  readonly secretValue: string;
  /** When the timestamp is to be judged, epoch milliseconds. */
  readonly atMs: number;
  readonly signal: AbortSignal;
}

/** Explains a request by the ingest function's own decision, then by readings of it that would verify. */
export async function explainRequest(
  capture: Capture,
  { secretValue, atMs, signal }: ExplainOptions,
): Promise<Explanation> {
  const secrets = readSecretValue(secretValue);
  const verdict = await ingestVerdict(capture, secretValue, atMs);
  const headers = findHeaders(capture);
  if (verdict.secretPosition !== undefined) {
    const seconds = timestampSeconds(headers.timestamp.value ?? '');
    return {
      verdict,
      secretPosition: verdict.secretPosition,
      ...(seconds === undefined ? {} : { timestampSeconds: seconds }),
      findings: [],
      proven: true,
    };
  }
  const match = await findMatch(capture, headers, secrets, signal);
  const seconds =
    match === undefined ? firstTimestampSeconds(headers.timestamp) : timestampSeconds(match.timestamp);
  const found = [
    ...secretFindings(secrets),
    ...(match?.alterations ?? suspicions(capture, headers, secrets)),
    ...(verdict.code === 'body-too-large' ? [{ cause: 'body-too-large' } as const] : []),
    ...(seconds === undefined ? [] : freshnessFindings(seconds, atMs, capture)),
  ];
  return {
    verdict,
    ...(match === undefined ? {} : { secretPosition: match.secretPosition }),
    ...(seconds === undefined ? {} : { timestampSeconds: seconds }),
    findings: inOrder(found),
    proven: match !== undefined,
  };
}

function secretFindings(secrets: readonly SecretEntry[]): readonly Alteration[] {
  return secrets
    .filter(isMalformed)
    .map(({ position, problems }) => ({ cause: 'secret-malformed', position, problems }));
}

/** By more than the tolerance, at the time it is judged at. */
function freshnessFindings(
  seconds: number,
  atMs: number,
  { receivedAtMs }: Capture,
): readonly TimestampAlteration[] {
  // As the ingest function rounds.
  const ageSeconds = Math.floor(atMs / 1000) - seconds;
  if (Math.abs(ageSeconds) <= TIMESTAMP_TOLERANCE_SECONDS) return [];
  const fresh =
    receivedAtMs === undefined
      ? {}
      : {
          fresh_when_received:
            Math.abs(Math.floor(receivedAtMs / 1000) - seconds) <= TIMESTAMP_TOLERANCE_SECONDS,
        };
  return [
    {
      cause: ageSeconds > 0 ? 'timestamp-too-old' : 'timestamp-too-new',
      by_seconds: Math.abs(ageSeconds),
      ...fresh,
    },
  ];
}

/** The main cause first: what is met first on the way from the secret to the body. */
const ORDER: readonly RegExp[] = [
  /^secret-/,
  /^header/,
  /^id-/,
  /^timestamp-(?:malformed|in-)/,
  /^signature/,
  /^body-(?!keys-)/,
  /^(?:signed-with|wrong-secret)/,
  /^body-keys-/,
  /^timestamp-too-/,
];

function inOrder(found: readonly Alteration[]): readonly Alteration[] {
  const unique = new Map(found.map((each) => [JSON.stringify(each), each]));
  const rank = ({ cause }: Alteration) => ORDER.findIndex((pattern) => pattern.test(cause));
  return [...unique.values()].sort((one, other) => rank(one) - rank(other));
}
