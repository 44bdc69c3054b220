import type { AnswerCode } from '../../lambdas/contract/http.ts';
import { createIngest } from '../../lambdas/ingest/ingest.ts';
import type { SecretState } from '../../lambdas/ingest/secret-source.ts';
import { parseSigningSecrets, SigningSecretError } from '../../lambdas/ingest/signing-secret.ts';
import type { Capture } from './capture.ts';

/** What the deployed endpoint answers to the request. */
export interface IngestVerdict {
  readonly code: AnswerCode;
  /** The log's reason; absent when it is accepted. */
  readonly reason?: string;
  /** From 1; present when it is accepted. */
  readonly secretPosition?: number;
}

/** Nothing here waits for anybody; the core only wants a number. */
const BUDGET_MS = 60_000;

/** Asks the very code of the ingest function, with a queue that takes everything. */
export async function ingestVerdict(
  { headers, body }: Capture,
  secretValue: string,
  nowMs: number,
): Promise<IngestVerdict> {
  const state = secretState(secretValue);
  const ingest = createIngest({
    isAllowedSource: () => true,
    secrets: { current: async () => state, reread: async () => undefined },
    enqueue: async () => undefined,
    nowMs: () => nowMs,
  });
  const outcome = await ingest({ headers, body, sourceAddress: '127.0.0.1', budgetMs: BUDGET_MS });
  return outcome.code === 'accepted'
    ? { code: outcome.code, secretPosition: outcome.secretPosition }
    : { code: outcome.code, reason: outcome.reason };
}

function secretState(value: string): SecretState {
  try {
    return { status: 'ready', keys: parseSigningSecrets(value) };
  } catch (error) {
    if (!(error instanceof SigningSecretError)) throw error;
    return { status: 'not-configured', reason: error.code, detail: error.message };
  }
}
