import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { createHolderOf } from '../../lambdas/consumer/content.ts';
import type { ConsumerDependencies, HolderOf } from '../../lambdas/consumer/dependencies.ts';
import type { SupaglueApi } from '../../lambdas/database/supaglue/api.ts';
import { contentOf } from '../../lambdas/events/content-key.ts';
import { toQueueMessage } from '../../lambdas/ingest/message.ts';
import { Contents } from '../../lambdas/ledger/contents.ts';
import type { LedgerTable } from '../../lambdas/ledger/dynamodb-ledger.ts';
import { runReconcile } from '../../lambdas/reconcile/run.ts';
import type { Gap } from '../../lambdas/reconcile/snapshot.ts';
import { SnapshotStore } from '../../lambdas/reconcile/snapshot-store.ts';
import { NonRetryableError, RetryAfterError } from '../../lambdas/router/errors.ts';
import type { Auditor } from './auditor.ts';
import type { Network } from './aws-call.ts';
import { type SimulatedEvent, sha256 } from './events.ts';
import type { Faults } from './faults.ts';
import { MAIN_QUEUE_URL } from './ingest-side.ts';
import { FunctionInstance } from './instance.ts';
import type { Journal } from './journal.ts';
import type { Random } from './random.ts';
import { START_MS } from './settings.ts';
import type { Settlement } from './settlement.ts';
import { createSqsClient, type SqsPort } from './sqs-port.ts';
import { SimulatedTable } from './table.ts';
import type { VirtualTime } from './virtual-time.ts';

const HOUR_MS = 3_600_000;
const EVERY_MS = 2 * HOUR_MS;
/** Beyond the last event, the longest outage and Svix's last attempt. */
const RUNS = 30;
const TIMEOUT_MS = 300_000;
const BOUNDS = { maxAttempts: 4, requestTimeoutMs: 4_000 };
const FAILING_UNTIL_MS = START_MS + 20 * HOUR_MS;

export interface ReconcilingOptions {
  readonly time: VirtualTime;
  readonly network: Network;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly random: Random;
  readonly sqs: SqsPort;
  readonly settlement: Settlement;
  readonly auditor: Auditor;
}

/** Supaglue's API in virtual time, and the production code that compares it. */
export class Reconciling {
  readonly #options: ReconcilingOptions;
  /** Content keys and snapshot: the auditor watches the records of events alone. */
  readonly #table = new SimulatedTable({});
  readonly #payloads = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #connections = new Map<string, string>();
  readonly #runs: Readonly<Record<string, unknown>>[] = [];
  readonly #swallowed: { readonly key: string; readonly atMs: number }[] = [];
  /** When the first snapshot was written: what was before is none of the comparison's. */
  #startedAtMs = Number.POSITIVE_INFINITY;
  /** Content keys of what the queue has confirmed: what becomes of it, the settlement checks. */
  readonly #sent = new Set<string>();
  #count = 0;

  constructor(options: ReconcilingOptions) {
    this.#options = options;
    // The longest time that events arrive in is not known here: each run is cheap where nothing happens.
    for (let run = 0; run < RUNS; run++) options.time.at(START_MS + run * EVERY_MS, () => this.#run());
  }

  /** Whether its API shows it: runs that ended, and connections that went. */
  takes({ eventType, flaw, id, body }: SimulatedEvent): boolean {
    if (flaw !== undefined || (eventType !== 'sync.complete' && eventType !== 'connection.deleted'))
      return false;
    const payload = JSON.parse(body.toString());
    this.#payloads.set(id, payload);
    if (eventType === 'connection.deleted') this.#connections.set(id, String(payload.customer_id));
    return true;
  }

  happens({ id }: SimulatedEvent, isSwallowed: boolean): void {
    const { time } = this.#options;
    const payload = this.#payloads.get(id);
    if (payload === undefined) return;
    const { connection_id, customer_id, provider_name, type, object_type, object } = payload;
    if (!this.#connections.delete(id)) {
      const run = { connection_id, customer_id, provider_name, type, object_type, object };
      this.#runs.unshift({
        ...run,
        id,
        status: 'SUCCESS',
        end_timestamp: new Date(time.nowMs).toISOString(),
      });
    }
    if (isSwallowed) this.#swallowed.push({ key: contentOf(payload)?.key ?? '', atMs: time.nowMs });
  }

  holderOf(instance: FunctionInstance, edges: Pick<ConsumerDependencies, 'clock' | 'logger'>): HolderOf {
    const holderOf = createHolderOf(this.#tableOf(instance), 'ledger', edges);
    const { auditor } = this.#options;
    return async (message, event) => {
      const { eventId } = message.facts;
      try {
        const holder = await holderOf(message, event);
        if (holder !== undefined) {
          // It would be completed without a run of its handlers, and nobody else's would have run.
          this.#options.journal.check('told-by-another', eventId, holder !== eventId, () => holder);
          auditor.onTold(eventId, instance.invocation);
        }
        return holder;
      } catch (error) {
        auditor.onContentLacking(eventId, instance.invocation);
        throw error;
      }
    };
  }

  #tableOf(instance: FunctionInstance): LedgerTable {
    const { network } = this.#options;
    const call = async <T>(serve: () => T) =>
      this.#options.time.nowMs > FAILING_UNTIL_MS && instance.name.startsWith('reconcile')
        ? serve()
        : network.call(instance, { service: 'table', purpose: 'content' }, BOUNDS, serve);
    return {
      updateItem: (input) => call(() => this.#table.update(input)),
      getItem: (input) => call(() => this.#table.get(input)),
    };
  }

  #run(): void {
    const { time, faults, journal, sqs, settlement } = this.#options;
    const instance = new FunctionInstance(time, `reconcile-${++this.#count}`, 0);
    const table = this.#tableOf(instance);
    const client = createSqsClient(sqs, instance);
    const enqueue = async (gap: Gap) => {
      const { id, body, sinceSeconds, atMs, key, type } = gap;
      const there = this.#connections.has(key.split('.')[1] ?? '');
      journal.check('nothing-there-is-deleted', id, type !== 'connection.deleted' || !there, () => key);
      const message = toQueueMessage({
        id,
        timestamp: String(sinceSeconds),
        body: Buffer.from(body),
        receivedAtMs: atMs,
      });
      await client.send(new SendMessageCommand({ QueueUrl: MAIN_QUEUE_URL, MessageBody: '', ...message }));
      this.#sent.add(key);
      settlement.accepted(id, sha256(Buffer.from(body)));
      journal.count(`reconciled ${type}`);
    };
    instance.invoke(
      this.#count,
      TIMEOUT_MS,
      async () => {
        const report = await runReconcile(
          { allowGone: 1_000 },
          {
            api: this.#apiOf(instance),
            settings: { graceMs: HOUR_MS, goneShare: 0.2 },
            maximumCalls: 5_000,
            untilMs: instance.nowMs() + TIMEOUT_MS - 60_000,
            snapshots: new SnapshotStore(table, 'ledger'),
            contents: new Contents(table, 'ledger'),
            nowMs: () => instance.nowMs(),
            sleep: (ms) => instance.sleep(ms),
            enqueue,
          },
        );
        for (const reason of report.stopped) journal.count(`comparisons stopped ${reason}`);
        const isFirst =
          this.#startedAtMs === Number.POSITIVE_INFINITY && !report.stopped.includes('another-run');
        // What came and went before it was listed once is none of the comparison's either.
        if (isFirst && report.customers.listed === 3) this.#startedAtMs = time.nowMs;
      },
      (end) => {
        journal.count(`comparisons ${end.end}`);
        if (end.end === 'crashed') journal.crashedDuring(instance.waitsFor);
        instance.state = 'dead';
      },
    );
    if (faults.strikes('crash')) instance.wakesUntilCrash = faults.random('crash').integer(0, 40);
  }

  /** Answers after a while, and for its first hours not always. */
  #apiOf(instance: FunctionInstance): SupaglueApi {
    const { random, time } = this.#options;
    return async ({ path, of }) => {
      await instance.sleep(random.between(5, 50));
      const isFailing = time.nowMs < FAILING_UNTIL_MS && random.chance(0.05);
      const kind = isFailing ? random.pick(['500', '404', '429', 'cut'] as const) : undefined;
      if (kind === '500') throw new Error('Supaglue answered 500');
      if (kind === '404') throw new NonRetryableError('Supaglue answered 404');
      if (kind === '429') throw new RetryAfterError(2);
      return kind === 'cut' ? undefined : this.#answerTo(path, of?.customerId);
    };
  }

  #answerTo(path: string, customer: string | undefined): unknown {
    const [, named] = /^\/customers\/(.+)\/connections$/.exec(path) ?? [];
    if (path === '/customers')
      return [1, 2, 3].map((n) => ({ application_id: 'application', customer_id: `customer-${n}` }));
    if (named !== undefined)
      return [...this.#connections]
        .filter(([, owner]) => owner === named)
        .map(([id, customer_id]) => ({
          id,
          customer_id,
          provider_name: `provider-${id}`,
          provider_id: 'p',
          category: 'engagement',
        }));
    return path.startsWith('/sync-runs') ? { results: this.#runs, next: null } : customer && [];
  }

  checkAtTheEnd(): void {
    const { journal, auditor } = this.#options;
    for (const { key, atMs } of this.#swallowed) {
      if (atMs <= this.#startedAtMs) continue;
      journal.count('events swallowed');
      journal.check(
        'swallowed-is-made-up-for',
        key,
        this.#table.items.has(key) || this.#sent.has(key),
        () => `since ${atMs}`,
      );
    }
    for (const [id, payload] of this.#payloads) {
      const key = contentOf(payload)?.key ?? '';
      const holder = this.#table.items.get(key)?.['content_of']?.S;
      const ran = auditor.runs.has(id);
      const others = holder !== undefined && holder !== id && ran;
      journal.check(
        'content-runs-once',
        id,
        !others,
        () => `${key} is ${holder}'s, and ran for ${id} as well`,
      );
    }
  }
}
