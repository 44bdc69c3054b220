import { rm } from 'node:fs/promises';
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { INGEST_TIMEOUT_SECONDS } from '../../lambdas/contract/timing.ts';
import { samples, syncVariants } from '../../lambdas/events/samples.ts';
import { type LedgerRecord, parseRecord } from '../../lambdas/ledger/record.ts';
import { type LocalCloud, startLocalCloud } from '../../local/cloud.ts';
import { alteredAssembly, assembly } from '../support/assembly.ts';
import { dynamoDbClient } from '../support/engines.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { deliverSigned } from '../support/signed-request.ts';
import { slowness } from '../support/slowness.js';
import { startWireProxy, type WireCall, type WireProxy } from '../support/wire-proxy.ts';

/** Twelve seconds leave handlers seven; the lease then ends after seventeen. A busy machine needs more for the same. */
const CONSUMER_TIMEOUT_SECONDS = Math.ceil(12 * Math.min(3, slowness()));
/** Two leases, one after the other, and as long again for what is done in them. */
const LEASES_MS = 3 * (CONSUMER_TIMEOUT_SECONDS + 5) * 1_000;

/** The synthesised assembly with short clocks, so that a lease ends within the test. */
async function assemblyWithShortClocks(): Promise<string> {
  return alteredAssembly(await assembly(), (resources) => {
    for (const { Type, Properties } of Object.values(resources)) {
      if (Type === 'AWS::SQS::Queue' && 'VisibilityTimeout' in Properties) {
        Properties['VisibilityTimeout'] = CONSUMER_TIMEOUT_SECONDS;
      }
      if (Type === 'AWS::Lambda::Function' && Properties['Timeout'] !== INGEST_TIMEOUT_SECONDS) {
        Properties['Timeout'] = CONSUMER_TIMEOUT_SECONDS;
      }
    }
  });
}

describe('the deployed bundles under fire', () => {
  const events = recordEvents();
  let directory: string;
  let cloud: LocalCloud;
  let dynamoDb: WireProxy;
  let client: DynamoDBClient;
  let intercept: (call: WireCall) => 'drop' | 'forward' | Promise<'drop' | 'forward'> = () => 'forward';

  beforeAll(async () => {
    directory = await assemblyWithShortClocks();
    dynamoDb = await startWireProxy({ intercept: (call) => intercept(call) });
    cloud = await startLocalCloud({
      assemblyDirectory: directory,
      observer: events.observer,
      environment: { AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint, BACKOFF_BASE_SECONDS: '1' },
    });
    const endpoint = String(cloud.exports['AWS_ENDPOINT_URL_DYNAMODB']);
    dynamoDb.forwardTo(endpoint);
    client = dynamoDbClient({ endpoint });
  });
  afterAll(async () => {
    await cloud?.stop();
    await dynamoDb?.stop();
    client?.destroy();
    await rm(directory, { recursive: true, force: true });
  });

  const read = async (eventId: string): Promise<LedgerRecord | undefined> => {
    const Key = { event_id: { S: eventId } };
    const { Item } = await client.send(new GetItemCommand({ TableName: cloud.ledgerTableName, Key }));
    return Item === undefined ? undefined : parseRecord(Item);
  };
  const send = (id: string, payload: unknown) =>
    deliverSigned(cloud.webhookUrl, { id, body: JSON.stringify(payload), secret: cloud.secret });
  const deliveries = (eventId: string) =>
    events
      .of('batch-settled')
      .flatMap(({ records }) => records)
      .filter(({ attributes }) => attributes['svix-id'] === eventId);
  const settled = (eventId: string) =>
    deliveries(eventId).filter(({ outcome }) => outcome === 'acknowledged');
  const alertsOf = (eventId: string) =>
    events.of('alert').filter(({ attributes }) => attributes['event-id'] === eventId);

  test('fifty deliveries of one event at once run its handler once, the others are duplicates', async () => {
    const duplicatesBefore = events.metric('EventsDuplicate');
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => send('msg_fifty', syncVariants.error)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    // Those that came while the first was in work are deferred to the end of its lease.
    const duplicates = () => events.metric('EventsDuplicate') - duplicatesBefore;
    // More than fifty where one was sent again whose first message was on the queue all the same.
    const areAllSettled = () => settled('msg_fifty').length >= 50;
    await events.until(() => areAllSettled() && duplicates() === settled('msg_fifty').length - 1, LEASES_MS);
    expect(alertsOf('msg_fifty')).toHaveLength(1);
    expect(await read('msg_fifty')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  });

  test('a worker killed between handler and record: delivered again after the lease, COMPLETED', async () => {
    const before = {
      abandoned: events.metric('AttemptAbandoned'),
      deferred: events.metric('EventsDeferred'),
    };
    let leaseEndsAtMs = Number.NaN;
    let killed = false;
    intercept = async ({ operation, body }) => {
      if (killed || operation !== 'UpdateItem' || !body.includes('"msg_killed"')) return 'forward';
      const lease = JSON.parse(body).ExpressionAttributeValues[':lease_expires_at_ms'];
      if (lease !== undefined) leaseEndsAtMs = Number(lease.N);
      if (!body.includes('completed_at_ms = :now_ms')) return 'forward';
      killed = true;
      await cloud.functions.consumer.kill();
      return 'drop';
    };
    expect((await send('msg_killed', { ...syncVariants.error, object: 'killed' })).status).toBe(200);
    await events.until(() => settled('msg_killed').length >= 1, LEASES_MS);
    expect(killed).toBe(true);
    const record = await read('msg_killed');
    expect(record).toMatchObject({ status: 'COMPLETED', attempts: 2 });
    expect(record?.completed_at_ms).toBeGreaterThan(leaseEndsAtMs);
    expect(events.metric('AttemptAbandoned') - before.abandoned).toBe(1);
    // It comes back some seconds before the lease ends; on a slow machine perhaps not until it has ended.
    const cameEarly = events
      .of('batch-settled')
      .filter(({ result }) => result === 'success')
      .flatMap(({ records }) => records)
      .filter(({ attributes, outcome }) => attributes['svix-id'] === 'msg_killed' && outcome === 'returned');
    expect(events.metric('EventsDeferred') - before.deferred).toBe(cameEarly.length);
    // The admitted window: the handler had its effect, its record was lost, and it ran again. This one found that
    // its alert was sent.
    const said = events.of('log').filter(({ line }) => line.includes('msg_killed'));
    expect(said.filter(({ line }) => line.includes('"alert already sent"'))).toHaveLength(1);
    expect(alertsOf('msg_killed')).toHaveLength(1);
  });

  test('the final write is repeated when its answer is lost, and the handler does not run again', async () => {
    let lost = 0;
    intercept = ({ operation, body }) => {
      const isFinalWrite = operation === 'UpdateItem' && body.includes('completed_at_ms = :now_ms');
      if (!isFinalWrite || lost >= 3) return 'forward';
      lost += 1;
      return 'drop';
    };
    expect((await send('msg_lost', samples['sync.complete'])).status).toBe(200);
    await events.until(() => settled('msg_lost').length >= 1);
    expect(lost).toBe(3);
    expect(await read('msg_lost')).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  });
});
