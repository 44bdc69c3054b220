import { EVENT_ID_PATTERN } from '../../../lambdas/contract/message.ts';
import { eventIdFrom } from '../../../lambdas/contract/source.ts';
import { toAnswer } from '../../../lambdas/ingest/answer.ts';
import { isMalformed, type SecretEntry } from '../../core/secret-value.ts';
import type { Capture } from '../../explain/capture.ts';
import type { Explanation } from '../../explain/explain-request.ts';
import { findHeaders } from '../../explain/header-readings.ts';
import type { Alteration } from '../../explain/reading.ts';
import { type CauseText, causeText } from './cause-text.ts';

/** The object that `--json` prints. It holds no secret, no signature and nothing of the body. */
export interface ExplainReport {
  readonly verifies: boolean;
  /** Whether a right signature was found behind the findings; else they are suspected. */
  readonly proven: boolean;
  /** What the endpoint answers. */
  readonly answer: { readonly status: number; readonly code: string; readonly reason: string | null };
  readonly event_id: string | null;
  readonly format: Capture['format'];
  readonly body_bytes: number;
  readonly judged_at_ms: number;
  readonly timestamp_ms: number | null;
  /** How many there are. */
  readonly secrets: number;
  /** From 1: the one that made the signature. */
  readonly secret_position: number | null;
  readonly secret_fingerprint: string | null;
  readonly findings: readonly (Alteration & CauseText)[];
}

export interface ReportInput {
  readonly capture: Capture;
  readonly explanation: Explanation;
  readonly secrets: readonly SecretEntry[];
  readonly atMs: number;
  /** The sender. @default Supaglue */
  readonly source?: string | undefined;
}

export function reportOf({ capture, explanation, secrets, atMs, source }: ReportInput): ExplainReport {
  const { verdict, secretPosition, timestampSeconds, findings, proven } = explanation;
  const id = findHeaders(capture).id.value;
  const secret = secrets.find(({ position }) => position === secretPosition);
  const valid = secret === undefined || !isMalformed(secret) ? secret : secret.mended;
  return {
    verifies: verdict.secretPosition !== undefined,
    proven,
    answer: {
      status: toAnswer(verdict.code, '').statusCode ?? 200,
      code: verdict.code,
      reason: verdict.reason ?? null,
    },
    // Anything else than an id may hold a part of the body.
    event_id: id !== undefined && EVENT_ID_PATTERN.test(id) ? eventIdFrom(source, id) : null,
    format: capture.format,
    body_bytes: capture.body.length,
    judged_at_ms: atMs,
    timestamp_ms: timestampSeconds === undefined ? null : timestampSeconds * 1000,
    secrets: secrets.length,
    secret_position: secretPosition ?? null,
    secret_fingerprint: valid?.fingerprint ?? null,
    findings: findings.map((finding) => ({ ...finding, ...causeText(finding) })),
  };
}
