import { rm } from 'node:fs/promises';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ConsumerEnvironment, IngestEnvironment } from '../../lambdas/contract/environment.ts';
import { LEDGER_KEY } from '../../lambdas/contract/ledger-table.ts';
import { sign } from '../../lambdas/ingest/signature.ts';
import { type LocalCloud, startLocalCloud } from '../../local/cloud.ts';
import { isRecord, type JsonRecord } from '../../local/json.ts';
import { alteredAssembly, assembly } from '../support/assembly.ts';
import { dynamoDbClient } from '../support/engines.ts';
import { type RecordedEvents, recordEvents } from '../support/recorded-events.ts';

const BODY = JSON.stringify({
  webhook_event_type: 'sync.complete',
  type: 'object',
  run_id: 'run-1',
  connection_id: 'connection-1',
  customer_id: 'customer-1',
  provider_name: 'hubspot',
  result: 'ERROR',
  error_message: 'token revoked',
  object_type: 'common',
  object: 'contact',
});

let source: string;
beforeAll(async () => {
  source = await assembly();
});

function post(cloud: LocalCloud, id: string, body = BODY): Promise<Response> {
  const timestampSeconds = Math.floor(Date.now() / 1000);
  return fetch(cloud.webhookUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'svix-id': id,
      'svix-timestamp': String(timestampSeconds),
      'svix-signature': sign({ id, timestampSeconds, body: Buffer.from(body), secret: cloud.secret }),
    },
    body,
  });
}

describe('the real stack', () => {
  let cloud: LocalCloud;
  let events: RecordedEvents;
  beforeAll(async () => {
    events = recordEvents();
    cloud = await startLocalCloud({ assemblyDirectory: source, observer: events.observer });
  });
  afterAll(() => cloud.stop());

  test('takes a signed webhook to COMPLETED in the ledger, with its alert', async () => {
    const answer = await post(cloud, 'msg_real');
    expect(answer.status).toBe(200);
    await expect(answer.json()).resolves.toMatchObject({ code: 'accepted' });

    const batch = await events.next('batch-settled');
    expect(batch.records).toEqual([
      expect.objectContaining({
        outcome: 'acknowledged',
        attributes: expect.objectContaining({ 'svix-id': 'msg_real', 'event-type': 'sync.complete' }),
      }),
    ]);
    const alert = await events.next('alert');
    expect(alert.topicArn).toBe(cloud.alertTopicArn);
    expect(alert.message).toContain('token revoked');

    const endpoint = cloud.exports['AWS_ENDPOINT_URL_DYNAMODB'] ?? '';
    const { Item } = await dynamoDbClient({ endpoint }).send(
      new GetItemCommand({ TableName: cloud.ledgerTableName, Key: { [LEDGER_KEY]: { S: 'msg_real' } } }),
    );
    expect(Item).toMatchObject({ status: { S: 'COMPLETED' }, attempts_total: { N: '1' } });
  });

  test('refuses a forgery with 401 and says why in a metric only', async () => {
    const forged = await fetch(cloud.webhookUrl, {
      method: 'POST',
      headers: {
        'svix-id': 'msg_forged',
        'svix-timestamp': String(Math.floor(Date.now() / 1000)),
        'svix-signature': `v1,${Buffer.alloc(32).toString('base64')}`,
      },
      body: BODY,
    });
    expect(forged.status).toBe(401);
    const metric = await events.next('metric', ({ name }) => name === 'EventsRejected');
    expect(metric.dimensions).toMatchObject({ reason: 'invalid-signature' });
  });

  test('other paths and methods are not found', async () => {
    const root = new URL('/', cloud.webhookUrl);
    await expect(fetch(root)).resolves.toHaveProperty('status', 404);
    await expect(fetch(cloud.webhookUrl)).resolves.toHaveProperty('status', 404);
  });

  test('takes the code of the next build while it runs', async () => {
    const before = cloud.functions.ingest.initCount;
    await cloud.reload(source);
    expect((await post(cloud, 'msg_reloaded')).status).toBe(200);
    expect(cloud.functions.ingest.initCount).toBe(before + 1);
  });

  test('refuses to follow a change of the stack itself', async () => {
    const changed = await alteredAssembly(source, (resources) => {
      for (const resource of Object.values(resources)) {
        if (resource.Type === 'AWS::SQS::Queue') resource.Properties['VisibilityTimeout'] = 7_200;
      }
    });
    await expect(cloud.reload(changed)).rejects.toThrow(/the stack itself changed .* start again/);
    await rm(changed, { recursive: true });
  });
});

describe('a broken deploy breaks here first', () => {
  async function whatHappens(alter: (functions: { ingest: JsonRecord; consumer: JsonRecord }) => void) {
    const directory = await alteredAssembly(source, (resources) => {
      const functionWith = (variable: string): JsonRecord => {
        const found = Object.values(resources).find(
          ({ Type, Properties }) => Type === 'AWS::Lambda::Function' && variable in variablesOf(Properties),
        );
        if (found === undefined) throw new Error(`no function has ${variable}`);
        return found.Properties;
      };
      alter({
        ingest: functionWith(IngestEnvironment.SIGNING_SECRET_ID),
        consumer: functionWith(ConsumerEnvironment.LEDGER_TABLE_NAME),
      });
    });
    const events = recordEvents();
    const cloud = await startLocalCloud({ assemblyDirectory: directory, observer: events.observer });
    try {
      const { status } = await post(cloud, 'msg_broken');
      const ended = await events.next('invocation-ended', ({ result }) => result !== 'success');
      return { status, functionName: ended.functionName, cloud, ended, events };
    } finally {
      await cloud.stop();
      await rm(directory, { recursive: true });
    }
  }

  test('a variable that the stack does not set', async () => {
    const { status, ended } = await whatHappens(({ ingest }) => {
      delete variablesOf(ingest)[IngestEnvironment.QUEUE_URL];
    });
    expect(status).toBe(500);
    expect(ended).toMatchObject({
      result: 'init-error',
      error: {
        errorType: 'ConfigurationError',
        errorMessage: expect.stringContaining(IngestEnvironment.QUEUE_URL),
      },
    });
  });

  test('a handler that the bundle does not export: accepted events come back to the queue', async () => {
    const { status, ended, events, cloud } = await whatHappens(({ consumer }) => {
      consumer['Handler'] = 'index.handle';
    });
    expect(status).toBe(200);
    expect(ended).toMatchObject({
      functionName: cloud.functions.consumer.name,
      result: 'init-error',
      error: {
        errorType: 'Runtime.HandlerNotFound',
        errorMessage: 'index.handle is undefined or not exported',
      },
    });
    const batch = await events.next('batch-settled');
    expect(batch.records.map(({ outcome }) => outcome)).toEqual(['returned']);
  });

  test('a handler file that is not in the asset', async () => {
    const { status, ended } = await whatHappens(({ ingest }) => {
      ingest['Handler'] = 'main.handler';
    });
    expect(status).toBe(500);
    expect(ended.error?.errorType).toBe('Runtime.ImportModuleError');
  });
});

function variablesOf(properties: JsonRecord): JsonRecord {
  const environment = properties['Environment'];
  const variables = isRecord(environment) ? environment['Variables'] : undefined;
  return isRecord(variables) ? variables : {};
}
