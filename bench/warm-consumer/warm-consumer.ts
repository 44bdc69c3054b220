import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LEDGER_KEY } from '../../lambdas/contract/ledger-table.ts';
import { LOCAL_CLIENT } from '../../local/identity.ts';
import type { BenchContext, Benchmark, BenchResult } from '../benchmark.ts';
import { asNodejsFunction } from '../bundles/as-nodejs-function.ts';
import { withOwnBundling } from '../bundles/with-own-bundling.ts';
import { type CallCounts, type FarEnd, startFarEnd } from '../far-end/far-end.ts';
import { functionEnvironment, IDEMPOTENCY_TABLE, LEDGER_TABLE } from '../far-end/function-environment.ts';
import { type HelperProcess, startHelper } from '../processes/helper-process.ts';
import { inWorkspace } from '../processes/workspace.ts';
import { type Consumer, consumerCounts, consumerRows, type Measured } from './consumer-report.ts';
import { type ConsumerAnswer, type Scenario, scenarioText } from './scenario.ts';

/** Many short ones: what else the machine does then falls on all subjects alike. */
const ROUNDS = 10;
const QUICK_ROUNDS = 2;
/** Of the same code, one process is up to a fifth slower than another for all its life (run): so several. */
const GENERATIONS = 2;
/** Of each process, until V8 has compiled what is hot; its scenarios have equal parts. */
const WARM_UP_EVENTS = 1_800;
const QUICK_WARM_UP_EVENTS = 60;
const EVENTS = 30;
const QUICK_EVENTS = 10;

const SCENARIOS: readonly Scenario[] = [1, 3].flatMap((handlers) =>
  [1, 10].flatMap((batchSize) =>
    ([0, 1, 10] as const).map((duplicatesOfTen) => ({ batchSize, handlers, duplicatesOfTen })),
  ),
);

export const warmConsumer: Benchmark = {
  name: 'warm-consumer',
  says: 'CPU time and AWS calls for each event, against Powertools on the same engine',
  run: (context) => inWorkspace((directory) => measure(context, directory)),
};

async function measure(context: BenchContext, directory: string): Promise<BenchResult> {
  context.step('bundling');
  const entries = await buildConsumers(directory);
  const farEnd = await startFarEnd(context.signal);
  try {
    await createTables(farEnd.dynamoDbUrl);
    const measured: Measured[] = [];
    const generations = context.quick ? 1 : GENERATIONS;
    for (let generation = 1; generation <= generations; generation += 1) {
      const step = (text: string) => context.step(`processes ${generation} of ${generations}: ${text}`);
      measured.push(...(await measureProcesses({ ...context, step }, entries, farEnd)));
    }
    return {
      rows: consumerRows(measured),
      counts: consumerCounts(measured),
      remarks: [
        'handlers do nothing but count; both consumers validate with the same schema and write to the same engine',
        'Powertools keeps one record for each handler, as ours does: one for the event would run all again for one that failed',
      ],
      checked: [
        'no event was given back, each handler ran once for each new event and not at all for a duplicate, and AWS calls were counted at the far end',
      ],
    };
  } finally {
    await farEnd.stop();
  }
}

async function measureProcesses(
  { quick, signal, step }: BenchContext,
  entries: ConsumerEntries,
  farEnd: FarEnd,
): Promise<readonly Measured[]> {
  const workers = new Map<string, HelperProcess>();
  const workerOf = (consumer: Consumer, handlers: number) => {
    const name = `${consumer}, ${handlers} handlers`;
    const worker = workers.get(name) ?? startConsumer(entries, consumer, handlers, farEnd, signal);
    workers.set(name, worker);
    return worker;
  };
  try {
    const measured: Measured[] = [];
    for (const scenario of SCENARIOS) {
      for (const consumer of consumersFor(scenario)) {
        step(`warming up ${consumer}, ${scenarioText(scenario)}`);
        const { handlers, ...task } = scenario;
        const scenarios = SCENARIOS.filter(
          (each) => each.handlers === handlers && consumersFor(each).includes(consumer),
        );
        const events = (quick ? QUICK_WARM_UP_EVENTS : WARM_UP_EVENTS) / scenarios.length;
        await workerOf(consumer, handlers).ask<ConsumerAnswer>({ ...task, events });
      }
    }
    await farEnd.takeCounts();
    const events = quick ? QUICK_EVENTS : EVENTS;
    const rounds = quick ? QUICK_ROUNDS : ROUNDS;
    for (let round = 1; round <= rounds; round += 1) {
      step(`round ${round} of ${rounds}`);
      for (const scenario of SCENARIOS) {
        const { handlers, ...task } = scenario;
        for (const consumer of consumersFor(scenario)) {
          const answer = await workerOf(consumer, handlers).ask<ConsumerAnswer>({ ...task, events });
          const calls = await farEnd.takeCounts();
          checkAnswer({ consumer, scenario, events, answer, calls });
          measured.push({ consumer, scenario, events, cpuUs: answer.cpuUs, calls });
        }
      }
    }
    return measured;
  } finally {
    await Promise.all([...workers.values()].map((worker) => worker.stop()));
  }
}

function consumersFor({ handlers, duplicatesOfTen }: Scenario): readonly Consumer[] {
  return handlers === 1 && duplicatesOfTen === 0 ? ['floor', 'ours', 'powertools'] : ['ours', 'powertools'];
}

function startConsumer(
  entries: ConsumerEntries,
  consumer: Consumer,
  handlers: number,
  { acceptingUrl, dynamoDbUrl }: FarEnd,
  signal: AbortSignal,
): HelperProcess {
  const environment = functionEnvironment({ acceptingUrl, dynamoDbUrl });
  return startHelper({
    script: join(import.meta.dirname, 'consumer-worker.ts'),
    args: [entries[consumer]],
    environment: { ...environment, HANDLER_COUNT: String(handlers) },
    signal,
  });
}

/** The tables of both consumers. The ledger's index is left out: on the happy path nothing is written to it. */
async function createTables(endpoint: string): Promise<void> {
  const client = new DynamoDBClient({ ...LOCAL_CLIENT, endpoint });
  try {
    for (const [TableName, AttributeName] of [
      [LEDGER_TABLE, LEDGER_KEY],
      [IDEMPOTENCY_TABLE, 'id'],
    ] as const) {
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName, KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName, AttributeType: 'S' }],
        }),
      );
    }
  } finally {
    client.destroy();
  }
}

interface Task {
  readonly consumer: string;
  readonly scenario: Scenario;
  readonly events: number;
  readonly answer: ConsumerAnswer;
  readonly calls: CallCounts;
}

/** @throws {Error} when a new event's handlers did not each run once, or a duplicate's did */
function checkAnswer({ consumer, scenario, events, answer, calls }: Task): void {
  const where = `${consumer}, ${scenarioText(scenario)}`;
  const fresh = (events * (10 - scenario.duplicatesOfTen)) / 10;
  if (answer.newEvents !== fresh) throw new Error(`${where}: ${answer.newEvents} new events, not ${fresh}`);
  const runs = fresh * scenario.handlers;
  if (answer.handlerRuns !== runs) {
    throw new Error(`${where}: handlers ran ${answer.handlerRuns} times, not ${runs}`);
  }
  const strange = Object.keys(calls).filter((name) => !['PutItem', 'UpdateItem', 'GetItem'].includes(name));
  if (strange.length > 0) throw new Error(`${where}: ${strange.join(', ')} was called`);
}

type ConsumerEntries = Awaited<ReturnType<typeof buildConsumers>>;

/** Ours and its rivals, with handlers that do nothing. */
async function buildConsumers(directory: string) {
  const own = await withOwnBundling(join(directory, 'own'), {
    ours: 'bench/warm-consumer/our-entry.ts',
    floor: 'bench/warm-consumer/floor-entry.ts',
  });
  const powertools = await asNodejsFunction({
    entry: 'bench/warm-consumer/powertools-entry.ts',
    outDirectory: join(directory, 'powertools'),
    sdkInside: true,
  });
  return { ours: own.ours.entry, floor: own.floor.entry, powertools: powertools.entry };
}
