import { LOCAL_REGION } from '../../local/identity.ts';
import type { FarEnd } from './far-end.ts';

/** Signs what the benchmarks send; it opens nothing. */
export const BENCH_SECRET = `whsec_${Buffer.alloc(32, 'bench').toString('base64')}`;

export const LEDGER_TABLE = 'ledger';
export const IDEMPOTENCY_TABLE = 'idempotency';

/** What the stack sets for the functions, with AWS's services on loopback. */
export function functionEnvironment({
  acceptingUrl,
  dynamoDbUrl,
}: Pick<FarEnd, 'acceptingUrl' | 'dynamoDbUrl'>): Readonly<Record<string, string>> {
  const queueUrl = `${acceptingUrl}/000000000000/queue`;
  return {
    AWS_REGION: LOCAL_REGION,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: acceptingUrl,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDbUrl,
    AWS_LAMBDA_FUNCTION_NAME: 'bench',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '512',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    POWERTOOLS_SERVICE_NAME: 'bench',
    POWERTOOLS_METRICS_NAMESPACE: 'Bench',
    POWERTOOLS_LOG_LEVEL: 'INFO',
    QUEUE_URL: queueUrl,
    DEAD_LETTER_QUEUE_URL: `${queueUrl}-dead`,
    SIGNING_SECRET_ID: 'secret',
    LEDGER_TABLE_NAME: LEDGER_TABLE,
    IDEMPOTENCY_TABLE_NAME: IDEMPOTENCY_TABLE,
    ALERT_TOPIC_ARN: `arn:aws:sns:${LOCAL_REGION}:000000000000:alerts`,
    ALERT_WINDOW_SECONDS: '3600',
    MAX_ATTEMPTS: '12',
    MAX_RECEIVE_COUNT: '50',
    BACKOFF_BASE_SECONDS: '10',
    BACKOFF_CAP_SECONDS: '900',
    QUEUE_RETENTION_SECONDS: '604800',
    LEDGER_RETENTION_DAYS: '100',
  };
}
