import { randomUUID } from 'node:crypto';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { addAlerts } from '../../lambdas/alerts/add-alerts.ts';
import { samples, syncVariants } from '../../lambdas/events/samples.ts';
import { EventRouter } from '../../lambdas/router/event-router.ts';
import type { LocalCloudEvent } from '../../local/cloud-events.ts';
import { LOCAL_CLIENT, LOCAL_IDENTITY_ENVIRONMENT } from '../../local/identity.ts';
import { type SecretsManager, startSecretsManager } from '../../local/services/secrets-manager.ts';
import type { Service } from '../../local/services/service.ts';
import { startSns } from '../../local/services/sns.ts';
import { createConsumerHarness } from '../support/consumer-harness.ts';
import { startEngines, type TestEngines } from '../support/engines.ts';
import { type AlertReceiver, answer, startAlertReceiver } from './receiver.ts';

const TOPIC_ARN = 'arn:aws:sns:us-east-1:000000000000:alerts';
const SLACK_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:slack-AbCdEf';
const PAGER_ARN = 'arn:aws:secretsmanager:us-east-1:000000000000:secret:pager-AbCdEf';
const ROUTING_KEY = 'exampleexampleexampleexample0001';

const error = JSON.stringify(syncVariants.error);
const nameOf = (eventId: string) => `msg_${eventId}_${randomUUID()}`;

/** As the stack wires it: the handlers of an environment, the consumer, SDK clients, a window in the ledger's table. */
describe('alerts through the consumer', () => {
  const before = { ...process.env };
  const topicAlerts: Extract<LocalCloudEvent, { type: 'alert' }>[] = [];
  let engines: TestEngines;
  let secretsManager: SecretsManager;
  let sns: Service;
  let receiver: AlertReceiver;
  let tableName: string;

  beforeAll(async () => {
    engines = await startEngines();
    const secrets = [SLACK_ARN, PAGER_ARN].map((arn) => ({ name: arn, arn }));
    secretsManager = await startSecretsManager(secrets);
    sns = await startSns([{ arn: TOPIC_ARN, subscriptions: [] }], (event) => {
      if (event.type === 'alert') topicAlerts.push(event);
    });
    Object.assign(process.env, {
      ...LOCAL_IDENTITY_ENVIRONMENT,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: engines.dynamoDbEndpoint,
      AWS_ENDPOINT_URL_SNS: sns.endpoint,
    });
  });
  afterAll(async () => {
    process.env = before;
    await Promise.all([engines.stopAll(), secretsManager.stop(), sns.stop()]);
  });
  beforeEach(async () => {
    topicAlerts.length = 0;
    receiver = await startAlertReceiver();
    tableName = await engines.createLedgerTable();
    const client = new SecretsManagerClient({
      ...LOCAL_CLIENT,
      endpoint: secretsManager.endpoint,
    });
    const put = (SecretId: string, SecretString: string) =>
      client.send(new PutSecretValueCommand({ SecretId, SecretString }));
    await put(SLACK_ARN, `${receiver.url}/services/example-token-of-nobody\n`);
    // With the white space that pasting leaves.
    await put(PAGER_ARN, `\n{"routing_key": "${ROUTING_KEY}", "url": "${receiver.url}/v2/enqueue"}\n`);
    client.destroy();
  });
  afterEach(() => receiver.stop());

  const environmentOf = (windowSeconds: number) => ({
    ALERT_TOPIC_ARN: TOPIC_ARN,
    ALERT_WINDOW_SECONDS: String(windowSeconds),
    LEDGER_TABLE_NAME: tableName,
    PAGERDUTY_SECRET_ID: PAGER_ARN,
    SLACK_SECRET_ID: SLACK_ARN,
  });
  const consumer = (windowSeconds = 3600) =>
    createConsumerHarness(engines, { routes: addAlerts(new EventRouter(), environmentOf(windowSeconds)) });
  const windows = async () =>
    (await engines.dynamoDb.send(new ScanCommand({ TableName: tableName }))).Items ?? [];
  const postedTo = (path: string) => receiver.requests.filter((request) => request.path.startsWith(path));

  test('each channel has handlers of its own, once it is configured', () => {
    const namesOf = (environment: Record<string, string>) => {
      const { byType } = addAlerts(new EventRouter(), environment).registrations();
      return [...(byType['sync.complete'] ?? []), ...(byType['sync.paused'] ?? [])];
    };
    expect(namesOf({})).toEqual(['alert-on-sync-error', 'alert-on-sync-paused']);
    expect(namesOf({ PAGERDUTY_SECRET_ID: '', SLACK_SECRET_ID: SLACK_ARN })).toEqual([
      'alert-on-sync-error',
      'alert-on-sync-error-slack',
      'alert-on-sync-paused',
      'alert-on-sync-paused-slack',
    ]);
    expect(namesOf(environmentOf(0))).toContain('alert-on-sync-error-pagerduty');
    expect(namesOf(environmentOf(0))).toContain('alert-on-sync-paused-pagerduty');
  });

  test('a failed sync reaches all three once, a second one none within the window', async () => {
    const harness = await consumer();
    const startedAtMs = Date.now();
    for (const eventId of ['first', 'second']) {
      await harness.send(nameOf(eventId), error);
      expect(await harness.run(await harness.receive())).toEqual([]);
    }
    expect(topicAlerts.map(({ subject }) => subject)).toEqual([
      'Supaglue sync failed: hubspot contact for customer example-customer',
    ]);
    expect(postedTo('/services/')).toHaveLength(1);
    expect(postedTo('/v2/enqueue')).toHaveLength(1);
    expect(JSON.parse(postedTo('/v2/enqueue')[0]?.body ?? '')).toMatchObject({
      routing_key: ROUTING_KEY,
      dedup_key: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
    });
    expect(harness.lines.filter(({ message }) => message === 'alert suppressed')).toHaveLength(3);
    const ends = (await windows()).map((item) => Number(item['alerted_until_ms']?.N));
    expect(ends).toHaveLength(3);
    expect(Math.min(...ends)).toBeGreaterThanOrEqual(startedAtMs + 3_600_000);
    expect(Math.max(...ends)).toBeLessThanOrEqual(Date.now() + 3_600_000);
    expect(harness.counted.filter(({ name }) => name === 'processed')).toHaveLength(2);
  });

  test('a pause is told, and a success is not', async () => {
    const harness = await consumer();
    await harness.send(nameOf('paused'), JSON.stringify(samples['sync.paused']));
    await harness.send(nameOf('success'), JSON.stringify(samples['sync.complete']));
    while ((await harness.depth()) > 0) await harness.run(await harness.receive());
    expect(topicAlerts.map(({ subject }) => subject)).toEqual([
      'Supaglue sync paused: hubspot contact for customer example-customer',
    ]);
    expect(receiver.requests).toHaveLength(2);
    expect(JSON.parse(postedTo('/v2/enqueue')[0]?.body ?? '').payload.severity).toBe('warning');
  });

  test('a channel that fails is retried alone', async () => {
    const harness = await consumer();
    receiver.answers.push(answer(500), answer(500));
    await harness.send(nameOf('first'), error);
    const records = await harness.receive();
    expect(await harness.run(records)).toHaveLength(1);
    expect(topicAlerts).toHaveLength(1);
    harness.clock.advance(60_000);
    expect(await harness.run(records)).toEqual([]);
    expect(topicAlerts).toHaveLength(1);
    expect(receiver.requests.map(({ path }) => path.split('/')[1]).sort()).toEqual([
      'services',
      'services',
      'v2',
      'v2',
    ]);
  });

  test('a channel that refuses is dead-lettered with its reason, without its secret', async () => {
    const harness = await consumer();
    const refuse = answer(404, `no_service: ${receiver.url}/services/example-token-of-nobody`);
    const take = answer(202);
    receiver.answers.push(
      ...[1, 2].map(() => (...args: Parameters<typeof take>) => {
        (args[1].path.startsWith('/services/') ? refuse : take)(...args);
      }),
    );
    await harness.send(nameOf('first'), error);
    expect(await harness.run(await harness.receive())).toEqual([]);
    const [letter] = await harness.deadLetters();
    expect(letter?.failure.handlers).toEqual([
      expect.objectContaining({
        handler: 'alert-on-sync-error-slack',
        error: 'NonRetryableError',
        code: 'alert-refused',
        message: 'Slack answered 404: no_service: ***',
      }),
    ]);
    expect(JSON.stringify([letter, harness.lines])).not.toMatch(/example-token|exampleexample/);
  });

  test('two events in one batch: one alert, the other waits and is suppressed', async () => {
    const harness = await consumer();
    await harness.send(nameOf('first'), error);
    await harness.send(nameOf('second'), error);
    const records = await harness.receive();
    expect(records).toHaveLength(2);
    await harness.run(records);
    harness.clock.advance(120_000);
    await harness.run(records);
    expect(topicAlerts).toHaveLength(1);
    expect(receiver.requests).toHaveLength(2);
    expect(harness.counted.filter(({ name }) => name === 'processed')).toHaveLength(2);
  });

  test('without a window each one is told, and the table is not touched', async () => {
    const harness = await consumer(0);
    for (const eventId of ['first', 'second']) {
      await harness.send(nameOf(eventId), error);
      await harness.run(await harness.receive());
    }
    expect(topicAlerts).toHaveLength(2);
    expect(receiver.requests).toHaveLength(4);
    expect(await windows()).toEqual([]);
  });

  test('an environment that the stack did not set is a configuration error, retried', async () => {
    const { ALERT_WINDOW_SECONDS: _, ...incomplete } = environmentOf(0);
    const harness = await createConsumerHarness(engines, {
      routes: addAlerts(new EventRouter(), incomplete),
    });
    await harness.send(nameOf('first'), error);
    expect(await harness.run(await harness.receive())).toHaveLength(1);
    expect(JSON.stringify(harness.lines)).toContain('environment variable ALERT_WINDOW_SECONDS is not set');
  });
});
