import { processBatch } from '../../lambdas/consumer/batch.ts';
import type { Clock } from '../../lambdas/consumer/clock.ts';
import type { ConsumerDependencies } from '../../lambdas/consumer/dependencies.ts';
import { createSqsQueue } from '../../lambdas/consumer/sqs-queue.ts';
import { MessageAttribute } from '../../lambdas/contract/message.ts';
import { DEAD_LETTER_RETENTION_SECONDS } from '../../lambdas/contract/timing.ts';
import { DynamoDbLedger, type LedgerTable } from '../../lambdas/ledger/dynamodb-ledger.ts';
import { type QueuedMessage, SimulatedQueue } from '../../testing/queue.ts';
import { asVersion01, asVersion02 } from '../support/earlier-versions.ts';
import { Auditor } from './auditor.ts';
import { Network, type Service } from './aws-call.ts';
import { EventSource } from './event-source.ts';
import { createEvent, createOtherEvent, type SimulatedEvent } from './events.ts';
import { TableValidationError } from './expressions.ts';
import { Faults } from './faults.ts';
import { IngestSide, MAIN_QUEUE_URL } from './ingest-side.ts';
import type { FunctionInstance } from './instance.ts';
import { Journal } from './journal.ts';
import { handleNewLetter, redriveDeadLetters } from './operator.ts';
import { createRandom } from './random.ts';
import { Reconciling } from './reconciling.ts';
import { SecretTimeline } from './secrets.ts';
import {
  type Overrides,
  QUEUE_RETENTION_MS,
  STAMP_SKEW_MS,
  START_MS,
  settingsOf,
  VISIBILITY_MS,
} from './settings.ts';
import { Settlement } from './settlement.ts';
import { createRoutes } from './simulated-handlers.ts';
import { createSqsClient, type SentBy, type SqsPort } from './sqs-port.ts';
import { Svix } from './svix.ts';
import { SimulatedTable } from './table.ts';
import { VirtualTime } from './virtual-time.ts';
import { withVirtualTimers } from './virtual-timers.ts';
import { purposeOf } from './write-purpose.ts';

const DEAD_LETTER_QUEUE_URL = 'https://sqs.simulation/dead';
const TABLE_BOUNDS = { maxAttempts: 2, requestTimeoutMs: 1_500 };
const MAXIMUM_STEPS = 400_000;

export interface RunOptions extends Overrides {
  readonly keepsLines?: boolean;
  /** A run of more is a violation. @default 400,000, which no seed comes near */
  readonly maximumSteps?: number;
}

export interface RunResult {
  readonly journal: Journal;
  readonly faults: Faults;
  readonly steps: number;
}

/** One run from its first webhook until nothing is left to happen. The same seed gives the same run. */
export async function simulateSeed(seed: number, options: RunOptions = {}): Promise<RunResult> {
  const settings = settingsOf(seed, options);
  const journal = new Journal(options.keepsLines ?? false);
  const faults = new Faults(seed, settings.faults);
  const random = (stream: string) => createRandom(seed, stream);
  const time = new VirtualTime(START_MS, random('order'));
  journal.nowMs = () => time.nowMs;
  const nowMs = () => time.nowMs;
  const network = new Network(time, faults, random('network'), settings.outages);
  const auditor = new Auditor(journal, settings, nowMs);
  const table = new SimulatedTable({ onApplied: (write) => auditor.onWrite(write) });
  auditor.table = table;
  const settlement = new Settlement({
    journal,
    settings,
    nowMs,
    table,
    onQueued: (eventId, messageId, message) => auditor.onQueued(eventId, messageId, message),
    lettersOf: (eventId) => auditor.lettersOf(eventId),
    lastClaimAtMs: (eventId) => auditor.historyOf(eventId).claimedAtMs,
  });

  const stamps = random('stamps');
  const queueFaults = (name: string) => ({
    name,
    random: random(`queue ${name}`),
    duplicates: () => faults.strikes('duplicate-delivery'),
    ghosts: () => faults.strikes('ghost-message'),
    stampSkewMs: () => (faults.isOn('stamp-skew') ? stamps.integer(-STAMP_SKEW_MS, STAMP_SKEW_MS) : 0),
  });
  const deadLetterQueue = new SimulatedQueue({
    ...queueFaults('dead'),
    retentionMs: DEAD_LETTER_RETENTION_SECONDS * 1_000,
    visibilityMs: 30_000,
    onExpired: (message) => settlement.onDeadLetterExpired(message),
  });
  const mainQueue = new SimulatedQueue({
    ...queueFaults('main'),
    retentionMs: QUEUE_RETENTION_MS,
    visibilityMs: VISIBILITY_MS,
    redrive: { maxReceiveCount: settings.policy.maxReceiveCount, to: deadLetterQueue },
    onExpired: (message) => settlement.onExpired(message, mainQueue),
    onMoved: (message, from) => settlement.onMoved(message, from.id),
    onChange: () => time.after(0, () => eventSource.poll()),
  });
  const operator = { time, faults, deadLetterQueue, mainQueue, settlement, journal };
  const sqs: SqsPort = {
    time,
    network,
    faults,
    queues: new Map<string, { queue: SimulatedQueue; service: Service }>([
      [MAIN_QUEUE_URL, { queue: mainQueue, service: 'queue' }],
      [DEAD_LETTER_QUEUE_URL, { queue: deadLetterQueue, service: 'dead-letters' }],
    ]),
    onSent: (url: string, message: QueuedMessage, sentBy: SentBy) => {
      if (url === MAIN_QUEUE_URL) settlement.onQueued(message);
      else {
        settlement.onDeadLettered(message, sentBy);
        handleNewLetter(message, operator);
      }
    },
  };

  const reconciling = settings.reconciles
    ? new Reconciling({
        time,
        network,
        faults,
        journal,
        random: random('reconciling'),
        sqs,
        settlement,
        auditor,
      })
    : undefined;
  const events = new Map<string, SimulatedEvent>();
  const world = { events, auditor, faults, hasAnyHandler: settings.hasAnyHandler, nowMs };
  const call = <T>(instance: FunctionInstance, purpose: string, serve: () => T) =>
    network.call(instance, { service: 'table', purpose }, TABLE_BOUNDS, () => {
      try {
        return serve();
      } catch (error) {
        const understood = !(error instanceof TableValidationError);
        journal.check('table-understands-every-request', '-', understood, () => String(error));
        throw error;
      }
    });
  const createConsumer = (instance: FunctionInstance) => {
    const chance = random(`chance ${instance.name}`);
    const queue = createSqsQueue({
      client: createSqsClient(sqs, instance),
      queueUrl: MAIN_QUEUE_URL,
      deadLetterQueueUrl: DEAD_LETTER_QUEUE_URL,
    });
    const count = (name: string) => () => journal.count(`metric ${name}`);
    const ledgerTable: LedgerTable = {
      updateItem(input) {
        const owner = input.ExpressionAttributeValues?.[':owner']?.S ?? '';
        const purpose = purposeOf(input);
        const eventId = input.Key?.['event_id']?.S ?? '-';
        if (purpose === 'release') auditor.lettersOf(eventId).onCopyMayBeRepeated(instance.invocation);
        return auditor.watchCall(
          owner,
          call(instance, purpose, () => table.update(input)),
        );
      },
      getItem: (input) => call(instance, 'read', () => table.get(input)),
    };
    const clock: Clock = {
      nowMs: () => instance.nowMs(),
      after: (ms, callback) => instance.after(ms, callback),
      sleep: (ms) => instance.sleep(ms),
    };
    const dependencies: ConsumerDependencies = {
      ...(reconciling && {
        holderOf: reconciling.holderOf(instance, { clock, logger: silentLogger(journal) }),
      }),
      ledger: new DynamoDbLedger({
        table: versionOf(faults)(ledgerTable),
        tableName: 'ledger',
        retentionDays: 100,
      }),
      routes: createRoutes(world, instance),
      queue: {
        hide: queue.hide,
        copyToDeadLetters: (record, failure) => {
          const attributes = Object.entries(record.messageAttributes).map(([name, { stringValue }]) => [
            name,
            stringValue,
          ]);
          const content = {
            body: record.body,
            groupId: undefined,
            attributes: { ...Object.fromEntries(attributes), [MessageAttribute.FAILURE]: failure },
          };
          settlement.onCopyStarted(record.messageId, content, instance.invocation);
          const letters = auditor.lettersOf(content.attributes[MessageAttribute.SVIX_ID] ?? '-');
          const { invocation } = instance;
          const copied = queue.copyToDeadLetters(record, failure);
          copied.then(
            () => letters.onCopyConfirmed(invocation),
            () => letters.onCopyMayBeRepeated(invocation),
          );
          return copied;
        },
      },
      policy: settings.policy,
      clock,
      random: () => chance.next(),
      newOwner: () => auditor.newOwner(instance.invocation),
      metrics: {
        processed: count('processed'),
        duplicate: count('duplicate'),
        deferred: count('deferred'),
        retried: count('retried'),
        unhandled: count('unhandled'),
        attemptAbandoned: count('abandoned'),
        reconciled: count('reconciled'),
        deadLettered: (reason) => journal.count(`metric dead-lettered ${reason}`),
      },
      logger: silentLogger(journal),
    };
    return (event: Parameters<typeof processBatch>[0], { deadlineMs }: { readonly deadlineMs: number }) =>
      processBatch(event, { deadlineMs: Math.floor(deadlineMs + instance.skewMs) }, dependencies);
  };
  const eventSource = new EventSource({
    time,
    queue: mainQueue,
    faults,
    settings,
    journal,
    random: random('event source'),
    createConsumer,
    onBatchEnd: (batch, invocation, end, acknowledged) => {
      if (end.end === 'answered') auditor.onAnswered(invocation);
      settlement.onBatchEnd(batch, invocation, end, acknowledged);
    },
    runningHandlers: (invocation) => auditor.runningHandlers(invocation),
    onInvocation: (invocation, batch) => {
      auditor.onInvocation(
        invocation,
        batch.map(({ message }) => message.id),
      );
      for (const { message, receives } of batch) {
        settlement.onReceived(message);
        const eventId = message.content.attributes[MessageAttribute.SVIX_ID] ?? '-';
        journal.note(
          eventId,
          () => `${message.id} received (${receives}) by ${invocation.instance.name}/${invocation.id}`,
        );
      }
    },
  });

  const secrets = new SecretTimeline(faults.strikes('secret-rotation'), random('secrets'));
  const ingest = new IngestSide({
    time,
    network,
    faults,
    journal,
    settings,
    random: random('ingest'),
    sqs,
    storedSecret: () => secrets.stored(time.nowMs),
  });
  const svix = new Svix({ time, faults, journal, random: random('svix'), ingest, secrets, settlement });
  for (let index = 1; index <= settings.events; index++) {
    const own = random(`event ${index}`);
    const event = createEvent(`msg_${seed}_${index}`, own, own.pick([0, 0, 0.3, 0.7, 1]));
    events.set(event.id, event);
    const isSwallowed = reconciling?.takes(event) === true && faults.strikes('event-swallowed');
    time.at(START_MS + own.between(0, settings.arrivalMs), () => {
      reconciling?.happens(event, isSwallowed);
      if (!isSwallowed) svix.send(event);
    });
    if (faults.strikes('poison-message')) {
      const content = {
        body: `poison ${index}`,
        groupId: undefined,
        attributes: { note: 'not from ingest' },
      };
      time.at(START_MS + own.between(0, settings.arrivalMs), () => {
        settlement.onQueued(mainQueue.send(content, Math.floor(time.nowMs)));
      });
    }
  }
  for (let index = 1; index <= settings.events; index++) {
    if (!faults.strikes('other-source')) continue;
    const own = random(`other event ${index}`);
    const event = createOtherEvent(`msg_${seed}_${index}`, own, own.pick([0, 0, 0.3, 0.7, 1]));
    events.set(event.id, event);
    time.at(START_MS + own.between(0, settings.arrivalMs), () => svix.send(event));
  }
  if (faults.isOn('redrive') || faults.isOn('letter-deleted')) redriveDeadLetters(operator);

  const { maximumSteps = MAXIMUM_STEPS } = options;
  const quiet = await withVirtualTimers(time, () => time.drain(maximumSteps));
  journal.check('comes-to-rest', '-', quiet, () => `still busy after ${maximumSteps} steps`);
  if (quiet) settlement.checkAtTheEnd(mainQueue);
  if (quiet) reconciling?.checkAtTheEnd();
  return { journal, faults, steps: time.steps };
}

/** What the instance runs. */
function versionOf(faults: Faults): (table: LedgerTable) => LedgerTable {
  if (faults.strikes('old-consumer')) return asVersion01;
  return faults.strikes('consumer-0.2') ? asVersion02 : (table) => table;
}

function silentLogger(journal: Journal) {
  const log = (_message: string, extra?: Record<string, unknown> | Error) => {
    const eventId = extra instanceof Error ? '-' : String(extra?.['event_id'] ?? '-');
    journal.note(eventId, () => `log: ${_message} ${JSON.stringify(extra)}`);
  };
  return { debug: log, info: log, warn: log, error: log };
}
