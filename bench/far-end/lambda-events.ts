import { randomUUID } from 'node:crypto';
import type { APIGatewayProxyEventV2, SQSEvent, SQSRecord } from 'aws-lambda';
import { samples } from '../../lambdas/events/samples.ts';
import { sign } from '../../lambdas/ingest/signature.ts';
import { LOCAL_REGION } from '../../local/identity.ts';
import { BENCH_SECRET } from './function-environment.ts';

/** A `sync.complete` of about this many bytes; a large one carries more records than Supaglue's own. */
export function syncBody(bytes: number): string {
  const payload = { ...samples['sync.complete'], run_id: randomUUID() };
  const missing = bytes - Buffer.byteLength(JSON.stringify(payload));
  if (missing <= 0) return JSON.stringify(payload);
  const records = Array.from({ length: Math.ceil(missing / RECORD_BYTES) }, (_, index) => ({
    id: String(index).padStart(8, '0'),
    name: 'Example Contact',
    email: 'contact@example.com',
    score: 0.5,
    active: true,
  }));
  return JSON.stringify({ ...payload, records });
}

const RECORD_BYTES = 96;

/** The headers of a signed delivery, fresh on each call. */
export function signedHeaders(body: string): Record<string, string> {
  const id = `msg_${randomUUID()}`;
  const timestampSeconds = Math.floor(Date.now() / 1000);
  return {
    'content-type': 'application/json',
    'svix-id': id,
    'svix-timestamp': String(timestampSeconds),
    'svix-signature': sign({ id, timestampSeconds, body, secret: BENCH_SECRET }),
  };
}

/** API Gateway's event (payload format 2.0) of a signed delivery. */
export function httpEvent(body: string): APIGatewayProxyEventV2 {
  return {
    version: '2.0',
    routeKey: 'POST /webhooks',
    rawPath: '/webhooks',
    rawQueryString: '',
    headers: signedHeaders(body),
    isBase64Encoded: false,
    body,
    requestContext: {
      accountId: '000000000000',
      apiId: 'api',
      domainName: 'api.example.com',
      domainPrefix: 'api',
      http: {
        method: 'POST',
        path: '/webhooks',
        protocol: 'HTTP/1.1',
        sourceIp: '192.0.2.1',
        userAgent: 'Svix',
      },
      requestId: randomUUID(),
      routeKey: 'POST /webhooks',
      stage: '$default',
      time: '24/Nov/2026:00:00:00 +0000',
      timeEpoch: Date.now(),
    },
  };
}

export interface QueuedEvent {
  readonly id: string;
  readonly body: string;
}

export function sqsEvent(events: readonly QueuedEvent[]): SQSEvent {
  return { Records: events.map((event) => sqsRecord(event)) };
}

/** The same event always makes the same record, but for its time. */
export function sqsRecord({ id, body }: QueuedEvent, sentAtMs = Date.now()): SQSRecord {
  const attribute = (stringValue: string) => ({
    stringValue,
    stringListValues: [],
    binaryListValues: [],
    dataType: 'String' as const,
  });
  const nowMs = String(sentAtMs);
  return {
    messageId: id,
    receiptHandle: id,
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: nowMs,
      SenderId: 'bench',
      ApproximateFirstReceiveTimestamp: nowMs,
    },
    messageAttributes: {
      'svix-id': attribute(id),
      'svix-timestamp': attribute(nowMs.slice(0, -3)),
      'event-type': attribute('sync.complete'),
      'received-at': attribute(nowMs),
    },
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${LOCAL_REGION}:000000000000:queue`,
    awsRegion: LOCAL_REGION,
  };
}
