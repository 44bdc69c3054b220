import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { samples, syncVariants } from '../../lambdas/events/samples.ts';
import { type LocalCloud, startLocalCloud } from '../../local/cloud.ts';
import { assembly } from '../support/assembly.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { deliverSigned, postSigned } from '../support/signed-request.ts';
import { startWireProxy, type WireCall, type WireProxy } from '../support/wire-proxy.ts';

/** What AWS bills for, counted where it cannot be hidden: between the deployed bundles and the engines. */
describe('calls to AWS per event', () => {
  const events = recordEvents();
  let cloud: LocalCloud;
  let sqs: WireProxy;
  let dynamoDb: WireProxy;

  beforeAll(async () => {
    [sqs, dynamoDb] = await Promise.all([startWireProxy(), startWireProxy()]);
    const environment: Record<string, string> = {
      AWS_ENDPOINT_URL_SQS: sqs.endpoint,
      AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
    };
    cloud = await startLocalCloud({
      assemblyDirectory: await assembly(),
      observer: events.observer,
      environment,
    });
    // The SDK sends a call to the queue URL's own host, whatever the endpoint. No function has started yet.
    environment['QUEUE_URL'] = `${sqs.endpoint}${new URL(cloud.queueUrl).pathname}`;
    environment['DEAD_LETTER_QUEUE_URL'] = `${sqs.endpoint}${new URL(cloud.deadLetterQueueUrl).pathname}`;
    sqs.forwardTo(String(cloud.exports['AWS_ENDPOINT_URL_SQS']));
    dynamoDb.forwardTo(String(cloud.exports['AWS_ENDPOINT_URL_DYNAMODB']));
  });
  afterAll(async () => {
    await cloud?.stop();
    await Promise.all([sqs.stop(), dynamoDb.stop()]);
  });

  const send = async (id: string, payload: unknown): Promise<readonly WireCall[]> => {
    sqs.calls.length = 0;
    dynamoDb.calls.length = 0;
    const body = JSON.stringify(payload);
    const settled = () =>
      events
        .of('batch-settled')
        .flatMap(({ records }) => records)
        .filter(({ attributes, outcome }) => attributes['svix-id'] === id && outcome === 'acknowledged')
        .length;
    const settledBefore = settled();
    const answer = await deliverSigned(cloud.webhookUrl, { id, body, secret: cloud.secret });
    expect(answer.status).toBe(200);
    await events.until(() => settled() > settledBefore);
    return [...sqs.calls, ...dynamoDb.calls].filter((call) => call.body.includes(`"${id}"`));
  };
  const undisturbed = new Set<string>();
  /**
   * Calls that an event causes and that name it. Where a caller's clock ran out before the answer, as happens on a busy
   * machine, they tell of the repair as well: another event is measured then.
   */
  const measure = async (name: string, payload: unknown, isNew = true): Promise<readonly WireCall[]> => {
    for (let turn = 1; ; turn += 1) {
      const id = isNew ? `${name}_${turn}` : name;
      const calls = await send(id, payload);
      if (calls.some(({ isRetry, isAbandoned }) => isRetry || isAbandoned)) continue;
      undisturbed.add(id);
      return calls;
    }
  };
  const countSend = async (...event: Parameters<typeof measure>) =>
    (await measure(...event)).map(({ operation }) => operation);

  test('a forged request costs none', async () => {
    const answer = await postSigned(cloud.webhookUrl, {
      body: '{}',
      secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
    });
    expect(answer.status).toBe(401);
    expect([...sqs.calls, ...dynamoDb.calls]).toEqual([]);
  });

  test('a consumer that starts reads one item, which no event has, and not consistently', async () => {
    await send('msg_first', samples['sync.complete']);
    const calls = dynamoDb.calls.filter(({ isRetry }) => !isRetry).map(({ operation }) => operation);
    expect(calls.indexOf('GetItem')).toBe(calls.indexOf('UpdateItem') - 1);
    expect(calls.filter((operation) => operation === 'GetItem')).toHaveLength(1);
    expect(JSON.parse(dynamoDb.calls[0]?.body ?? '')).toEqual({
      TableName: cloud.ledgerTableName,
      Key: { event_id: { S: '.prime' } },
    });
  });

  test('one handler: one SendMessage by ingest; two UpdateItem and no SQS call by the consumer', async () => {
    expect(await countSend('msg_one', samples['sync.complete'])).toEqual([
      'SendMessage',
      'UpdateItem',
      'UpdateItem',
    ]);
  });

  test('a claim carries a token of its own, not the request id, which batch-mates and retries share', async () => {
    const owners = (await measure('msg_token', samples['sync.complete']))
      .filter(({ operation }) => operation === 'UpdateItem')
      .map(({ body }) => JSON.parse(body).ExpressionAttributeValues[':owner'].S);
    const [owner] = owners;
    expect(owner).toMatch(/^[0-9a-f-]{36}$/);
    // The claim's, and that of the write which it allows.
    expect(owners).toEqual([owner, owner]);
    const requestIds = events.of('invocation-started').map(({ requestId }) => requestId);
    expect(requestIds).not.toContain(owner);
  });

  test('an alert costs two writes more: the claim of its window, and the window; a suppressed one too', async () => {
    const withAlert = ['SendMessage', 'UpdateItem', 'UpdateItem', 'UpdateItem', 'UpdateItem'];
    expect(await countSend('msg_alert', syncVariants.error)).toEqual(withAlert);
    expect(events.of('alert')).toHaveLength(1);
    expect(await countSend('msg_alert_again', syncVariants.error)).toEqual(withAlert);
    expect(events.of('alert')).toHaveLength(1);
  });

  test('a duplicate costs one write, an event that nothing handles too', async () => {
    await send('msg_twice', samples['sync.complete']);
    expect(await countSend('msg_twice', samples['sync.complete'], false)).toEqual([
      'SendMessage',
      'UpdateItem',
    ]);
    expect(await countSend('msg_unhandled', samples['connection.created'])).toEqual([
      'SendMessage',
      'UpdateItem',
    ]);
  });

  test('success logs no line but the metrics', () => {
    const lines = events
      .of('log')
      .filter(({ line }) => !line.includes('"_aws"'))
      .map(({ line }) => JSON.parse(line))
      .filter(({ event_id }) => undisturbed.has(event_id));
    expect(lines).toHaveLength(2);
    for (const { message } of lines) expect(message).toMatch(/^alert (sent|suppressed)$/);
  });
});
