import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { createHttpHandler, type HttpHandler } from '../../lambdas/ingest/http-handler.ts';
import {
  createIngest,
  type IngestDependencies,
  type IngestRequest,
  type Outcome,
} from '../../lambdas/ingest/ingest.ts';
import type { RequestIds } from '../../lambdas/ingest/report.ts';
import { createSecretSource } from '../../lambdas/ingest/secret-source.ts';
import { sign } from '../../lambdas/ingest/signature.ts';

/** A secret of `bytes` bytes made from a word, so that none in the tests looks like a real one. */
export function secretOf(word: string, bytes = 32): string {
  return `whsec_${Buffer.alloc(bytes, word).toString('base64')}`;
}

export const SECRET = secretOf('first test secret');
export const OTHER_SECRET = secretOf('second test secret');

/** A Tuesday in 2026; every test that does not compare with another verifier stands still here. */
export const NOW_MS = Date.UTC(2026, 10, 24, 12);
export const NOW_SECONDS = NOW_MS / 1_000;

export const SYNC_COMPLETE = JSON.stringify({
  webhook_event_type: 'sync.complete',
  customer_id: 'customer-1',
  result: 'SUCCESS',
});

export interface SignedParts {
  readonly id?: string;
  readonly timestampSeconds?: number;
  readonly body?: string | Uint8Array;
  readonly secret?: string;
  readonly family?: 'svix' | 'webhook';
}

export function signedHeaders({
  id = 'msg_test_1',
  timestampSeconds = NOW_SECONDS,
  body = SYNC_COMPLETE,
  secret = SECRET,
  family = 'svix',
}: SignedParts = {}): Record<string, string> {
  return {
    [`${family}-id`]: id,
    [`${family}-timestamp`]: String(timestampSeconds),
    [`${family}-signature`]: sign({ id, timestampSeconds, body, secret }),
  };
}

/** The request as payload format 2.0 gives it; `binary` as API Gateway sends an unknown content type. */
export function httpEvent(options: {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly binary?: boolean;
  readonly sourceAddress?: string;
}): APIGatewayProxyEventV2 {
  const bytes = Buffer.from(options.body ?? SYNC_COMPLETE);
  const binary = options.binary ?? false;
  return {
    version: '2.0',
    routeKey: 'POST /webhooks',
    rawPath: '/webhooks',
    rawQueryString: '',
    headers: { 'content-type': 'application/json', ...options.headers },
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      domainName: 'localhost',
      domainPrefix: 'api',
      http: {
        method: 'POST',
        path: '/webhooks',
        protocol: 'HTTP/1.1',
        sourceIp: options.sourceAddress ?? '192.0.2.10',
        userAgent: 'Svix-Webhooks/1',
      },
      requestId: 'gateway-request',
      routeKey: 'POST /webhooks',
      stage: '$default',
      time: '24/Nov/2026:12:00:00 +0000',
      timeEpoch: NOW_MS,
    },
    body: bytes.toString(binary ? 'base64' : 'utf8'),
    isBase64Encoded: binary,
  };
}

export function lambdaContext(remainingMs = 10_000) {
  return { awsRequestId: 'invocation', getRemainingTimeInMillis: () => remainingMs };
}

/** The handler as it is deployed but for its edges; `outcomes` is what would have been reported. */
export function testHandler(
  edges: Partial<IngestDependencies> & {
    readonly fetchSecret?: () => Promise<string | undefined>;
    readonly enqueue: IngestDependencies['enqueue'];
  },
): { readonly handle: HttpHandler; readonly outcomes: Outcome[]; readonly reportedIds: RequestIds[] } {
  const nowMs = edges.nowMs ?? (() => NOW_MS);
  const outcomes: Outcome[] = [];
  const reportedIds: RequestIds[] = [];
  const ingest = createIngest({
    isAllowedSource: edges.isAllowedSource ?? (() => true),
    secrets:
      edges.secrets ?? createSecretSource({ fetchSecret: edges.fetchSecret ?? (async () => SECRET), nowMs }),
    enqueue: edges.enqueue,
    nowMs,
  });
  return {
    handle: createHttpHandler(new Map([['POST /webhooks', ingest]]), (outcome, ids) => {
      outcomes.push(outcome);
      reportedIds.push(ids);
    }),
    outcomes,
    reportedIds,
  };
}

export function request(parts: Partial<IngestRequest> = {}): IngestRequest {
  return {
    headers: signedHeaders(),
    body: Buffer.from(SYNC_COMPLETE),
    sourceAddress: '192.0.2.10',
    budgetMs: 5_000,
    ...parts,
  };
}
