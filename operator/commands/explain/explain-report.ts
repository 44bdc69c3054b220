import { EVENT_ID_PATTERN } from '../../../lambdas/contract/message.ts';
import { eventIdFrom } from '../../../lambdas/contract/source.ts';
import { toAnswer } from '../../../lambdas/ingest/answer.ts';
import { isMalformed, type SecretEntry } from '../../core/secret-value.ts';
import type { Capture } from '../../explain/capture.ts';
import type { Explanation } from '../../explain/explain-request.ts';
import { findHeaders } from '../../explain/header-readings.ts';
import { causeText } from './cause-text.ts';

/** The object that `--json` prints. It holds no secret, no signature and nothing of the body. */
export type ExplainReport = ReturnType<typeof reportOf>;

export interface ReportInput {
  readonly capture: Capture;
  readonly explanation: Explanation;
  readonly secrets: readonly SecretEntry[];
  readonly atMs: number;
  /** The sender. @default Supaglue */
  readonly source?: string | undefined;
}

export function reportOf({ capture, explanation, secrets, atMs, source }: ReportInput) {
  const { verdict, secretPosition, timestampSeconds, findings, proven } = explanation;
  const id = findHeaders(capture).id.value;
  const secret = secrets.find(({ position }) => position === secretPosition);
  const valid = secret === undefined || !isMalformed(secret) ? secret : secret.mended;
  return {
    verifies: verdict.secretPosition !== undefined,
    /** Whether a right signature was found behind the findings; else they are suspected. */
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
    /** From 1: the one that made the signature. */
    secret_position: secretPosition ?? null,
    secret_fingerprint: valid?.fingerprint ?? null,
    findings: findings.map((finding) => ({ ...finding, ...causeText(finding) })),
  };
}
