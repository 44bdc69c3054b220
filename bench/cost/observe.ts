import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ConsumerEnvironment } from '../../lambdas/contract/environment.ts';
import { samples } from '../../lambdas/events/samples.ts';
import { startLocalCloud } from '../../local/cloud.ts';
import { type MessageDraft, messageBytes } from '../../local/engines/sqs/message.ts';
import { parseRecord } from '../../local/json.ts';
import { Teardown } from '../../local/teardown.ts';
import { localTarget } from '../../operator/core/local-target.ts';
import { closeTarget } from '../../operator/core/target.ts';
import { type RecordedEvents, recordEvents } from '../../test/support/recorded-events.ts';
import { postSigned } from '../../test/support/signed-request.ts';
import { startWireProxy, type WireProxy } from '../../test/support/wire-proxy.ts';
import { sqsRecord } from '../far-end/lambda-events.ts';
import type { Calls, Observed } from './observed.ts';
import { accessLogLine, itemBytes, readStackFacts } from './stack-facts.ts';

const BODY = JSON.stringify(samples['sync.complete']);
/** Three digits, as most latencies have: the metrics' line holds each of them. */
const AGE_MS = 250;
const EVENT_ID = 'msg_observed';

/** Runs the deployed bundles on the local engines and looks at what they call, write and log. */
export async function observe(assemblyDirectory: string): Promise<Observed> {
  const teardown = new Teardown();
  try {
    return await run(assemblyDirectory, teardown);
  } finally {
    await teardown.run();
  }
}

async function run(assemblyDirectory: string, teardown: Teardown): Promise<Observed> {
  const events = recordEvents();
  const [sqs, dynamoDb] = await Promise.all([startWireProxy(), startWireProxy()]);
  teardown.add(() => Promise.all([sqs.stop(), dynamoDb.stop()]));
  const environment: Record<string, string> = {
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
  };
  const cloud = await startLocalCloud({ assemblyDirectory, observer: events.observer, environment });
  teardown.add(() => cloud.stop());
  // The SDK sends a call to the queue URL's own host, whatever the endpoint. No function has started yet.
  environment['QUEUE_URL'] = `${sqs.endpoint}${new URL(cloud.queueUrl).pathname}`;
  environment['DEAD_LETTER_QUEUE_URL'] = `${sqs.endpoint}${new URL(cloud.deadLetterQueueUrl).pathname}`;
  sqs.forwardTo(String(cloud.exports['AWS_ENDPOINT_URL_SQS']));
  dynamoDb.forwardTo(String(cloud.exports['AWS_ENDPOINT_URL_DYNAMODB']));
  const target = localTarget(cloud.exports);
  teardown.add(async () => closeTarget(target));

  const post = async (id: string) => {
    const settledBefore = events.of('batch-settled').length;
    const { status } = await postSigned(cloud.webhookUrl, {
      id,
      body: BODY,
      secret: cloud.secret,
    });
    if (status !== 200) throw new Error(`the webhook was answered with ${status}`);
    await events.until(() => events.of('batch-settled').length > settledBefore);
    return takeCalls(sqs, dynamoDb);
  };
  // Starts both functions: on a busy machine a call of a cold one may time out, and be made again.
  await post('msg_warm_up');
  const first = await post(EVENT_ID);
  const second = await post(EVENT_ID);
  const sent = sqsInput(first);
  const { Item } = await target.clients.dynamoDb.send(
    new GetItemCommand({
      TableName: target.ledgerTableName,
      Key: { event_id: { S: EVENT_ID } },
      ConsistentRead: true,
    }),
  );
  const consumerMetrics = async (batchSize: number) => {
    const before = metricLines(events, cloud.functions.consumer.name).length;
    const { outcome } = await cloud.functions.consumer.invoke(JSON.stringify(batchOf(batchSize)));
    if (!outcome.ok || parseRecord(outcome.payload)?.['batchItemFailures']?.toString() !== '') {
      throw new Error('the consumer did not settle the batch');
    }
    await events.until(() => metricLines(events, cloud.functions.consumer.name).length > before);
    return metricLines(events, cloud.functions.consumer.name).at(-1)?.length ?? Number.NaN;
  };
  const { accessLogFormat, ...facts } = await readStackFacts(assemblyDirectory);
  const [ingestLine = ''] = metricLines(events, cloud.functions.ingest.name);
  return {
    calls: {
      ingest: countByName(first.filter(({ service }) => service === 'sqs')),
      consumer: countByName(first.filter(({ service }) => service === 'dynamodb')),
      duplicate: countByName(second.filter(({ service }) => service === 'dynamodb')),
    },
    lineBytes: {
      access: Buffer.byteLength(accessLogLine(accessLogFormat)),
      ingestMetrics: Buffer.byteLength(ingestLine),
      consumerMetrics: {
        '1': await consumerMetrics(1),
        '5': await consumerMetrics(5),
        '10': await consumerMetrics(10),
      },
    },
    itemBytes: itemBytes(Item ?? {}),
    messageAttributeBytes: messageBytes(sent) - Buffer.byteLength(BODY),
    customMetrics: new Set(
      events.of('metric').flatMap(({ name, dimensions, functionName }) =>
        // A duplicate is the one event here that is not simply accepted.
        name === 'EventsDuplicate' ? [] : `${functionName} ${name} ${JSON.stringify(dimensions)}`,
      ),
    ).size,
    ...facts,
    ledgerRetentionDays: Number(
      cloud.functions.consumer.definition.environment[ConsumerEnvironment.LEDGER_RETENTION_DAYS],
    ),
  };
}

interface SeenCall {
  readonly service: 'sqs' | 'dynamodb';
  readonly operation: string;
  readonly body: string;
}

function takeCalls(sqs: WireProxy, dynamoDb: WireProxy): SeenCall[] {
  return [
    ...sqs.calls.splice(0).map((call) => ({ service: 'sqs' as const, ...call })),
    ...dynamoDb.calls.splice(0).map((call) => ({ service: 'dynamodb' as const, ...call })),
  ];
}

function countByName(calls: readonly SeenCall[]): Calls {
  const counts: Record<string, number> = {};
  for (const { operation } of calls) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
}

function sqsInput(calls: readonly SeenCall[]): MessageDraft {
  const sent = calls.find(({ operation }) => operation === 'SendMessage');
  if (sent === undefined) throw new Error('ingest sent no message');
  return JSON.parse(sent.body);
}

function metricLines(events: RecordedEvents, functionName: string): string[] {
  return events
    .of('log')
    .filter((event) => event.functionName === functionName && event.line.includes('"_aws"'))
    .map(({ line }) => line);
}

let batches = 0;

/** An invocation of the event source mapping with fresh events, which are on no queue: nothing of them is deleted. */
function batchOf(size: number) {
  batches += 1;
  return {
    Records: Array.from({ length: size }, (_, index) =>
      sqsRecord({ id: `msg_observed_${batches}_${index}`, body: BODY }, Date.now() - AGE_MS),
    ),
  };
}
