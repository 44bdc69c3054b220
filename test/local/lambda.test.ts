import {
  GetEventSourceMappingCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  ResourceInUseException,
  ResourceNotFoundException,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { EventSourceModel } from '../../local/assembly/stack-model.ts';
import { LOCAL_CLIENT } from '../../local/identity.ts';
import { type Poller, startPoller } from '../../local/poller/poller.ts';
import { startLambda } from '../../local/services/lambda.ts';
import type { Service } from '../../local/services/service.ts';
import { type QueuePair, startEngines, type TestEngines } from '../support/engines.ts';
import { TestFunctions } from '../support/function-code.ts';
import type { RecordedEvents } from '../support/recorded-events.ts';

const functions = new TestFunctions();
let engines: TestEngines;
let pair: QueuePair;
let poller: Poller;
let events: RecordedEvents;
let lambda: Service;
let client: LambdaClient;

beforeAll(async () => {
  engines = await startEngines();
  pair = await engines.createQueuePair();
  const { fn, events: recorded } = await functions.create(
    `export const handler = () => new Promise((resolve) => setTimeout(resolve, 500));`,
    {
      timeoutSeconds: 35,
      environment: { STAGE: 'prod', DELAY: '10' },
    },
  );
  events = recorded;
  const source: EventSourceModel = {
    logicalId: 'Mapping',
    functionId: 'Function',
    queueUrl: pair.queueUrl,
    queueArn: pair.queueArn,
    batchSize: 10,
    batchingWindowSeconds: 2,
    maximumConcurrency: 5,
    reportsItemFailures: true,
    enabled: true,
  };
  poller = startPoller({ source, queues: engines.queues, target: fn, observer: events.observer });
  lambda = await startLambda({
    functions: () => [fn.definition],
    functionOf: (name) => (name === fn.name ? fn : undefined),
    pollers: [poller],
    variablesOf: ({ environment }) => ({ ...environment, DELAY: '1' }),
  });
  client = new LambdaClient({
    ...LOCAL_CLIENT,
    endpoint: lambda.endpoint,
  });
});
afterAll(async () => {
  client.destroy();
  await lambda.stop();
  await poller.stop(1_000);
  await functions.cleanUp();
  await engines.stopAll();
});

async function mapping() {
  const { EventSourceMappings = [] } = await client.send(
    new ListEventSourceMappingsCommand({ EventSourceArn: pair.queueArn }),
  );
  expect(EventSourceMappings).toHaveLength(1);
  return EventSourceMappings[0] ?? {};
}

test('a mapping is found by its queue and by its function, with the template’s settings', async () => {
  expect(await mapping()).toMatchObject({
    EventSourceArn: pair.queueArn,
    FunctionArn: 'arn:aws:lambda:eu-central-2:000000000000:function:stack-Function',
    State: 'Enabled',
    BatchSize: 10,
    MaximumBatchingWindowInSeconds: 2,
    ScalingConfig: { MaximumConcurrency: 5 },
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    LastModified: expect.any(Date),
  });
  const found = async (query: object) =>
    (await client.send(new ListEventSourceMappingsCommand(query))).EventSourceMappings?.length;
  expect(await found({ FunctionName: 'stack-Function' })).toBe(1);
  expect(await found({ FunctionName: 'other' })).toBe(0);
  expect(await found({ EventSourceArn: pair.deadLetterQueueArn })).toBe(0);
  expect(await found({})).toBe(1);
});

test('Enabled drives the poller, and a change under way refuses another', async () => {
  const { UUID } = await mapping();
  const update = (Enabled: boolean) => client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
  const state = async () => (await client.send(new GetEventSourceMappingCommand({ UUID }))).State;

  // The batch under way is what the change waits for.
  await engines.sqs.send(new SendMessageCommand({ QueueUrl: pair.queueUrl, MessageBody: 'slow' }));
  await events.next('invocation-started');
  const [disabling, tooEarly] = await Promise.allSettled([update(false), update(true)]);
  expect(disabling).toMatchObject({ status: 'fulfilled', value: { State: 'Disabling' } });
  expect(tooEarly).toMatchObject({ status: 'rejected', reason: expect.any(ResourceInUseException) });
  await events.until(() => poller.state === 'Disabled');
  expect(await state()).toBe('Disabled');

  expect(await update(true)).toMatchObject({ State: 'Enabling' });
  await events.until(() => poller.state === 'Enabled');
  expect(await state()).toBe('Enabled');
});

test('a function’s configuration is the template’s, with the variables of the run', async () => {
  for (const FunctionName of [
    'stack-Function',
    'arn:aws:lambda:eu-central-2:000000000000:function:stack-Function',
  ]) {
    expect(await client.send(new GetFunctionConfigurationCommand({ FunctionName }))).toMatchObject({
      FunctionName: 'stack-Function',
      Runtime: 'nodejs24.x',
      Timeout: 35,
      MemorySize: 128,
      Environment: { Variables: { STAGE: 'prod', DELAY: '1' } },
    });
  }
});

test('what does not exist, and what is not run here, is refused', async () => {
  await expect(
    client.send(new GetFunctionConfigurationCommand({ FunctionName: 'other' })),
  ).rejects.toBeInstanceOf(ResourceNotFoundException);
  await expect(
    client.send(new GetEventSourceMappingCommand({ UUID: '00000000-0000-0000-0000-000000000000' })),
  ).rejects.toBeInstanceOf(ResourceNotFoundException);
  const { UUID } = await mapping();
  await expect(
    client.send(new UpdateEventSourceMappingCommand({ UUID, BatchSize: 1 })),
  ).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
});
