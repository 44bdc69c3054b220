import { ConsumerEnvironment, IngestEnvironment } from '../../lambdas/contract/environment.ts';
import { type LocalCloud, type LocalCloudEvent, startLocalCloud } from '../../local/cloud.ts';
import { Teardown } from '../../local/teardown.ts';
import { localTarget } from '../../operator/core/local-target.ts';
import { closeTarget, type Target } from '../../operator/core/target.ts';
import { createRandom } from '../simulation/random.ts';
import { type EffectCounter, startEffectCounter } from './effect-counter.ts';
import { FaultLog } from './fault-log.ts';
import { startFaultyProxy } from './faulty-proxy.ts';
import { Killer } from './killer.ts';
import { COUNTER_VARIABLE } from './run-report.ts';
import { wireFaults } from './wire-faults.ts';

export interface SoakCloudOptions {
  readonly assemblyDirectory: string;
  readonly seed: number;
  /** Of all calls of the functions to SQS and DynamoDB, in [0, 1]. */
  readonly dropShare: number;
  /** Absent: no worker is killed. */
  readonly killEveryMs?: number;
  readonly maxAttempts: number;
  readonly backoffCapSeconds: number;
}

/** Invocations of both functions by how they ended. */
export type InvocationCounts = Readonly<
  Record<'success' | 'error' | 'timeout' | 'crash' | 'init-error', number>
>;

export interface SoakCloud {
  readonly cloud: LocalCloud;
  /** The engines themselves: whatever meets the functions does not meet the sender and the accounts. */
  readonly target: Target;
  readonly counter: EffectCounter;
  readonly faults: FaultLog;
  readonly invocations: InvocationCounts;
  /** Messages that the consumer is done with, so far. */
  readonly acknowledged: number;
  startKilling(): void;
  /** From now on no worker is killed and no answer dropped. */
  stopFaults(): void;
  stop(): Promise<void>;
}

/** The local cloud with faulty lines between its functions and its engines, and a hand that kills workers. */
export async function startSoakCloud(options: SoakCloudOptions): Promise<SoakCloud> {
  const teardown = new Teardown();
  try {
    return await start(options, teardown);
  } catch (error) {
    await teardown.run();
    throw error;
  }
}

async function start(options: SoakCloudOptions, teardown: Teardown): Promise<SoakCloud> {
  const { seed, dropShare, killEveryMs } = options;
  const faults = new FaultLog();
  const wires = {
    sqs: wireFaults(createRandom(seed, 'sqs faults'), dropShare, faults),
    dynamoDb: wireFaults(createRandom(seed, 'dynamodb faults'), dropShare, faults),
  };
  const [sqs, dynamoDb, counter] = await Promise.all([
    startFaultyProxy(wires.sqs.faultOf),
    startFaultyProxy(wires.dynamoDb.faultOf),
    startEffectCounter(),
  ]);
  teardown.add(() => Promise.all([sqs.stop(), dynamoDb.stop(), counter.stop()]));
  const killer = new Killer({
    random: createRandom(seed, 'kills'),
    everyMs: killEveryMs ?? 0,
    log: faults,
  });
  const invocations = { success: 0, error: 0, timeout: 0, crash: 0, 'init-error': 0 };
  let acknowledged = 0;
  const observer = (event: LocalCloudEvent): void => {
    if (event.type === 'invocation-ended') invocations[event.result] += 1;
    if (event.type === 'batch-settled') {
      acknowledged += event.records.filter(({ outcome }) => outcome === 'acknowledged').length;
    }
    killer.observe(event);
  };
  const environment: Record<string, string> = {
    AWS_ENDPOINT_URL_SQS: sqs.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint,
    [COUNTER_VARIABLE]: counter.url,
    [ConsumerEnvironment.MAX_ATTEMPTS]: String(options.maxAttempts),
    [ConsumerEnvironment.BACKOFF_BASE_SECONDS]: '1',
    [ConsumerEnvironment.BACKOFF_CAP_SECONDS]: String(options.backoffCapSeconds),
  };
  const cloud = await startLocalCloud({
    assemblyDirectory: options.assemblyDirectory,
    environment,
    observer,
  });
  teardown.add(() => cloud.stop());
  // The SDK sends a call to the queue URL's own host, whatever the endpoint. No function has started yet.
  environment[IngestEnvironment.QUEUE_URL] = through(sqs.endpoint, cloud.queueUrl);
  environment[ConsumerEnvironment.DEAD_LETTER_QUEUE_URL] = through(sqs.endpoint, cloud.deadLetterQueueUrl);
  sqs.forwardTo(String(cloud.exports['AWS_ENDPOINT_URL_SQS']));
  dynamoDb.forwardTo(String(cloud.exports['AWS_ENDPOINT_URL_DYNAMODB']));
  const target = localTarget(cloud.exports);
  teardown.add(async () => closeTarget(target));
  const stopFaults = () => {
    killer.stop();
    wires.sqs.stop();
    wires.dynamoDb.stop();
  };
  // Before all else: a kill must not meet a cloud that is being taken down.
  teardown.add(async () => stopFaults());
  return {
    cloud,
    target,
    counter,
    faults,
    invocations,
    get acknowledged() {
      return acknowledged;
    },
    startKilling: () => (killEveryMs === undefined ? undefined : killer.start(cloud.functions)),
    stopFaults,
    stop: () => teardown.run(),
  };
}

function through(endpoint: string, queueUrl: string): string {
  return endpoint + new URL(queueUrl).pathname;
}
