import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import type { Context } from 'aws-lambda';
import type { ReconcileReport, ReconcileRequest } from '../../lambdas/contract/reconcile.ts';
import { LOCAL_IDENTITY_ENVIRONMENT } from '../../local/identity.ts';
import { type SecretsManager, startSecretsManager } from '../../local/services/secrets-manager.ts';
import { type Fault, LOCAL_API_KEY, startLocalSupaglue } from '../../local/supaglue/server.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';

const API_KEY_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:supaglue-AbCdEf';
const before = { ...process.env };
const lines: string[] = [];
let engines: TestEngines;
let secretsManager: SecretsManager;
let supaglue: Awaited<ReturnType<typeof startLocalSupaglue>>;
let queueUrl: string;
let fault: Fault | undefined;
let handler: (request: ReconcileRequest, context: Context) => Promise<ReconcileReport>;

beforeAll(async () => {
  engines = await startEngines();
  ({ queueUrl } = await engines.createQueuePair());
  secretsManager = await startSecretsManager([{ name: API_KEY_ARN, arn: API_KEY_ARN, value: LOCAL_API_KEY }]);
  supaglue = await startLocalSupaglue({ nowMs: Date.now, fault: () => fault });
  Object.assign(process.env, LOCAL_IDENTITY_ENVIRONMENT, {
    AWS_ENDPOINT_URL_SQS: engines.sqsEndpoint,
    AWS_ENDPOINT_URL_DYNAMODB: engines.dynamoDbEndpoint,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.endpoint,
    POWERTOOLS_SERVICE_NAME: 'reconcile-test',
    POWERTOOLS_METRICS_NAMESPACE: 'SupaglueWebhooks',
    QUEUE_URL: queueUrl,
    LEDGER_TABLE_NAME: await engines.createLedgerTable(),
    SUPAGLUE_API_KEY_SECRET_ID: API_KEY_ARN,
    SUPAGLUE_API_URL: supaglue.url,
    RECONCILE_GRACE_SECONDS: '0',
    RECONCILE_GONE_PERCENT: '50',
    RECONCILE_MAX_CALLS: '1000',
  });
  // It reads its environment as it is loaded.
  ({ handler } = await import('../../lambdas/reconcile/handler.ts'));
});
afterAll(async () => {
  process.env = before;
  await Promise.all([engines.stopAll(), secretsManager.stop(), supaglue.stop()]);
});
beforeEach(() => {
  fault = undefined;
});

async function run(request: ReconcileRequest = {}, remainingMs = 300_000) {
  lines.length = 0;
  const stdout = jest
    .spyOn(process.stdout, 'write')
    .mockImplementation((text) => lines.push(String(text)) > 0);
  const stderr = jest
    .spyOn(process.stderr, 'write')
    .mockImplementation((text) => lines.push(String(text)) > 0);
  try {
    return await handler(request, { getRemainingTimeInMillis: () => remainingMs } as Context);
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
}
const logged = () => lines.map((line) => JSON.parse(line)).filter((line) => 'level' in line);
const metrics = () =>
  lines
    .map((line) => JSON.parse(line))
    .filter((line) => '_aws' in line)
    .map(({ GapsFound, ReconcileStopped }) => ({ GapsFound, ReconcileStopped }));
const connect = (customer: string) => supaglue.data.change({ change: 'connect', customer }) ?? '';

test('runs by the schedule: a gap becomes a message, a line and a count', async () => {
  expect(await run()).toMatchObject({ gaps: [], stopped: [] });
  expect(metrics()).toEqual([{ GapsFound: 0, ReconcileStopped: 0 }]);
  expect(logged()).toMatchObject([{ level: 'INFO', message: 'reconciled', gaps: 0, dry_run: false }]);
  connect('third');
  const report = await run();
  expect(report.gaps).toEqual([
    expect.objectContaining({ kind: 'connection-new', type: 'connection.created' }),
  ]);
  const [{ id = '' } = {}] = report.gaps;
  expect(metrics()).toEqual([{ GapsFound: 1, ReconcileStopped: 0 }]);
  expect(logged()).toMatchObject([
    { level: 'INFO', message: 'no event told it', event_id: id, kind: 'connection-new' },
    { level: 'INFO', message: 'reconciled', gaps: 1 },
  ]);
  const { Messages = [] } = await engines.sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MessageAttributeNames: ['All'] }),
  );
  expect(Messages).toHaveLength(1);
  expect(JSON.parse(Messages[0]?.Body ?? '')).toMatchObject({ customer_id: 'third', result: 'SUCCESS' });
  expect(Messages[0]?.MessageAttributes?.['svix-id']?.StringValue).toBe(id);
  expect(Number(Messages[0]?.MessageAttributes?.['received-at']?.StringValue)).toBeGreaterThan(0);
});

test('a dry run counts nothing', async () => {
  connect('fourth');
  const { gaps } = await run({ dryRun: true });
  expect(gaps).toHaveLength(1);
  expect(metrics()).toEqual([]);
  expect(logged().at(-1)).toMatchObject({ message: 'reconciled', dry_run: true });
});

test('what somebody must mend is a warning, and counts for the alarm', async () => {
  fault = { status: 401 };
  expect((await run()).stopped).toEqual(['key-refused']);
  expect(metrics()).toEqual([{ GapsFound: 0, ReconcileStopped: 1 }]);
  expect(logged()).toMatchObject([{ level: 'WARN', message: 'reconciled', stopped: ['key-refused'] }]);
});

test('what the next run goes on with is none', async () => {
  expect((await run({}, 60_000)).stopped).toEqual(['time-is-up']);
  expect(metrics()).toEqual([{ GapsFound: 0, ReconcileStopped: 0 }]);
  expect(logged()).toMatchObject([{ level: 'INFO', message: 'reconciled', stopped: ['time-is-up'] }]);
});

test('of too many that are gone the command is told that lets them go', async () => {
  await run();
  const all = [...supaglue.data.connections];
  for (const { id } of all) supaglue.data.change({ change: 'disconnect', connection: id });
  await run();
  expect((await run()).stopped).toEqual(['too-many-gone']);
  expect(metrics()).toEqual([{ GapsFound: 0, ReconcileStopped: 1 }]);
  expect(logged().at(-1)).toMatchObject({
    level: 'WARN',
    message: expect.stringMatching(new RegExp(`--allow-gone ${all.length}$`)),
  });
});
