import { describe, expect, test } from '@jest/globals';
import type { SQSRecord } from 'aws-lambda';
import { processBatch } from '../../lambdas/consumer/batch.ts';
import { BatchCompany } from '../../lambdas/consumer/batch-company.ts';
import type { ConsumerDependencies } from '../../lambdas/consumer/dependencies.ts';
import { copyUnowned, defer, giveBack, hide } from '../../lambdas/consumer/give-back.ts';
import { processMessage } from '../../lambdas/consumer/process-message.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const SKEW_MS = 5_000;
const LEFT_MS = 30_000;
const WEEK_MS = 7 * 86_400_000;

interface Case {
  readonly id?: string | undefined;
  readonly body?: string;
  readonly type?: string;
  readonly receives?: number;
  readonly ageMs?: number;
  readonly handled?: boolean;
  readonly sources?: readonly string[];
  /** What the ledger answers to a claim, or how it fails. */
  readonly claim?: object | Error;
  readonly withdraw?: Error;
  readonly hide?: Error;
  readonly others?: number;
}

function given(options: Case = {}) {
  const { receives = 1, ageMs = 0, handled = true, body = '{"webhook_event_type":"a.b"}' } = options;
  const clock = new VirtualClock();
  const startMs = clock.nowMs();
  const did: string[] = [];
  const seen: Record<string, unknown> = {};
  const say = (level: string) => (message: string, keys: object) => {
    did.push(`${level}: ${message}`);
    seen[message] = keys;
  };
  const answer = (name: string) => async (facts: unknown, claim: unknown) => {
    did.push(name);
    Object.assign(seen, { facts, claim });
    if (options.claim instanceof Error) throw options.claim;
    return { outcome: 'completed', ...options.claim };
  };
  const id = 'id' in options ? options.id : 'msg_1';
  const record = {
    messageId: 'm1',
    receiptHandle: 'r1',
    body,
    attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: String(startMs - ageMs) },
    messageAttributes: {
      ...(id === undefined ? {} : { 'svix-id': { stringValue: id } }),
      ...(options.type === undefined ? {} : { 'event-type': { stringValue: options.type } }),
    },
  } as unknown as SQSRecord;
  const dependencies = {
    clock,
    random: () => 0,
    newOwner: () => 'token',
    policy: {
      maxAttempts: 3,
      maxReceiveCount: 50,
      backoffBaseMs: 10_000,
      backoffCapMs: 900_000,
      queueRetentionMs: WEEK_MS,
    },
    routes: {
      handlersFor: () => (handled ? [{ name: 'one', handle: async () => {} }] : []),
      validate: () => ({ ok: true, event: {} }),
      ...(options.sources && { sources: new Map(options.sources.map((name) => [name, {}])) }),
    },
    ledger: {
      claim: answer('claim'),
      completeUnhandled: answer('complete unhandled'),
      complete: async () => did.push('complete'),
      async withdrawClaim() {
        did.push('withdraw');
        if (options.withdraw) throw options.withdraw;
      },
    },
    queue: {
      async hide(_: string, seconds: number) {
        did.push(`hide ${seconds}`);
        if (options.hide) throw options.hide;
      },
      async copyToDeadLetters(_: unknown, failure: string) {
        did.push('copy');
        seen['letter'] = JSON.parse(failure);
      },
    },
    metrics: {
      duplicate: () => did.push('duplicate'),
      deferred: () => did.push('deferred'),
      unhandled: () => did.push('unhandled'),
      processed: () => did.push('processed'),
      deadLettered: (reason: string) => did.push(`dead-lettered ${reason}`),
    },
    logger: { info: say('info'), warn: say('warn'), error: say('error') },
  } as unknown as ConsumerDependencies;
  const invocation = {
    deadlineMs: startMs + LEFT_MS,
    company: new BatchCompany(1 + (options.others ?? 0)),
  };
  const process = () => processMessage(record, invocation, dependencies);
  return { process, record, dependencies, clock, did, seen };
}

const RECORD = { attempts: 1, attempts_total: 1, handlers: {}, failures: [] };
const claimed = (status: string) => ({
  outcome: 'claimed',
  claim: { eventId: 'msg_1', alone: true, leaseExpiresAtMs: 1 },
  record: { ...RECORD, status },
  predecessorAbandoned: false,
});

describe('a message', () => {
  test('that ingest did not write is a letter, and touches no record', async () => {
    const { process, did, seen, clock } = given({ id: undefined });
    expect(await process()).toBe('acknowledge');
    expect(did).toEqual(['copy', 'dead-lettered no-event-id']);
    expect(seen['letter']).toMatchObject({ handlers: [], attempts: 0, failedAtMs: clock.nowMs() });
  });

  test.each([
    [undefined, ['error: no handlers are registered for the source acme', 'deferred', 'hide 5']],
    [['other'], ['error: no handlers are registered for the source acme', 'deferred', 'hide 5']],
    [['acme'], ['claim', 'duplicate']],
  ])('of the source acme, where %j are known', async (sources, steps) => {
    const { process, did } = given({ id: 'acme:msg_1', ...(sources && { sources }) });
    await process();
    expect(did).toEqual(steps);
  });

  test.each([
    ['', 'acme:unknown'],
    ['paid', 'acme:unknown'],
    ['other:paid', 'acme:unknown'],
    ['acme:paid', 'acme:paid'],
  ])('of the source acme of the type %j is known as %s', async (type, eventType) => {
    const { process, seen } = given({ id: 'acme:msg_1', sources: ['acme'], type });
    await process();
    expect(seen['facts']).toMatchObject({ eventType });
  });

  test('of Supaglue that calls itself one of another source is none', async () => {
    const body = '{"webhook_event_type":"acme:paid"}';
    const known = given({ body, sources: ['acme'] });
    await known.process();
    expect(known.seen['facts']).toMatchObject({ eventType: 'unknown' });
    const unknown = given({ body, sources: ['other'] });
    await unknown.process();
    expect(unknown.seen['facts']).toMatchObject({ eventType: 'acme:paid' });
  });

  test.each([
    [0, true],
    [1, false],
  ])(
    'is claimed for as long as the function may run and clocks may differ; beside %i others',
    async (others, alone) => {
      const { process, seen, clock } = given({ others });
      await process();
      expect(seen['claim']).toEqual({
        eventId: 'msg_1',
        owner: 'token',
        leaseExpiresAtMs: clock.nowMs() + LEFT_MS + SKEW_MS,
        alone,
      });
    },
  );
});

describe('an event', () => {
  test.each<[string, Case, string, readonly string[]]>([
    [
      'that is handled runs',
      { claim: claimed('IN_PROGRESS') },
      'acknowledge',
      ['claim', 'complete', 'processed'],
    ],
    [
      'that nothing handles is completed at once',
      { handled: false, claim: claimed('COMPLETED') },
      'acknowledge',
      ['complete unhandled', 'unhandled'],
    ],
    [
      'without a type that nothing handles is told of',
      { handled: false, claim: claimed('COMPLETED'), body: '{}' },
      'acknowledge',
      ['complete unhandled', 'unhandled', 'warn: nothing handles a body without webhook_event_type'],
    ],
    [
      'whose body is not JSON is claimed, though nothing handles it',
      { handled: false, body: '{', claim: { outcome: 'completed' } },
      'acknowledge',
      ['claim', 'duplicate'],
    ],
    [
      'that has completed is a duplicate',
      { claim: { outcome: 'completed' } },
      'acknowledge',
      ['claim', 'duplicate'],
    ],
    [
      'that has its letter is one, and is told of',
      { claim: { outcome: 'lettered' } },
      'acknowledge',
      ['claim', 'duplicate', 'info: the event has its dead letter already'],
    ],
    [
      'of another body is a letter',
      { claim: { outcome: 'payload-mismatch' } },
      'acknowledge',
      ['claim', 'copy', 'dead-lettered payload-mismatch'],
    ],
  ])('%s', async (_what, options, verdict, steps) => {
    const { process, did } = given(options);
    expect(await process()).toBe(verdict);
    expect(did).toEqual(steps);
  });

  test('that another attempt holds comes back when that ends', async () => {
    const untilMs = new VirtualClock().nowMs() + 12_001;
    const { process, did } = given({ claim: { outcome: 'busy', untilMs } });
    expect(await process()).toBe('return');
    expect(did).toEqual(['claim', 'deferred', 'hide 13']);
  });
});

describe('a ledger that cannot be reached', () => {
  const outage = Object.assign(new Error('no answer'), { name: 'TimeoutError' });
  const refusal = Object.assign(new Error('no'), { $fault: 'client' });
  const server = Object.assign(new Error('oh'), { $fault: 'server' });

  test.each<[string, Case, readonly string[]]>([
    [
      'may have taken the claim: it is withdrawn',
      { claim: outage },
      ['claim', 'withdraw', 'error: ledger unreachable'],
    ],
    [
      'with an error of its own as well',
      { claim: server },
      ['claim', 'withdraw', 'error: ledger unreachable'],
    ],
    ['has taken none that it refused', { claim: refusal }, ['claim', 'error: ledger unreachable']],
    [
      'has none to withdraw of what nothing handles',
      { claim: outage, handled: false },
      ['complete unhandled', 'error: ledger unreachable'],
    ],
    [
      'is asked no third time',
      { claim: outage, withdraw: outage },
      ['claim', 'withdraw', 'warn: claim not withdrawn', 'error: ledger unreachable'],
    ],
  ])('%s', async (_what, options, steps) => {
    const { process, did } = given(options);
    expect(await process()).toBe('return');
    expect(did).toEqual([...steps, 'deferred', 'hide 5']);
  });

  test('is waited for longer from receive to receive, and at the last with a letter that says so', async () => {
    const third = given({ claim: refusal, receives: 3 });
    await third.process();
    expect(third.did).toContain('hide 20');
    const last = given({ claim: refusal, receives: 50 });
    expect(await last.process()).toBe('acknowledge');
    expect(last.seen['letter']).toMatchObject({ message: 'the ledger could not be reached: Error: no' });
  });
});

describe('what goes back', () => {
  /** An hour before its end it is not put back any more. */
  const LAST_MS = WEEK_MS - 3_600_000;

  test.each<[string, Case, string, readonly string[]]>([
    ['in time', { ageMs: LAST_MS - 1_000 }, 'return', ['hide 1']],
    ['too late', { ageMs: LAST_MS - 999 }, 'acknowledge', ['copy', 'dead-lettered retention']],
    ['for the last time', { receives: 50 }, 'acknowledge', ['copy', 'dead-lettered receive-limit']],
  ])('%s', async (_what, options, verdict, steps) => {
    const { record, dependencies, did } = given(options);
    expect(await giveBack(record, 1_000, 'why', dependencies)).toBe(verdict);
    expect(did).toEqual(steps);
  });

  test('to another attempt does not look at its end', async () => {
    const { record, dependencies, did } = given({ ageMs: WEEK_MS });
    expect(await defer(record, 1_000, 'why', dependencies)).toBe('return');
    expect(did).toEqual(['hide 1']);
  });

  test('is hidden for whole seconds, and left to the queue where that fails', async () => {
    const { record, dependencies, did, seen } = given({ hide: new Error('no') });
    await hide(record, 1_001, dependencies);
    expect(did).toEqual(['hide 2', 'warn: visibility not changed']);
    expect(seen['visibility not changed']).toEqual({
      message_id: 'm1',
      cause: expect.stringContaining('no'),
    });
  });

  test('as a letter says why and how often nothing ran', async () => {
    const { record, dependencies, seen } = given();
    expect(await copyUnowned(record, 'retention', 'why', dependencies)).toBe('acknowledge');
    expect(seen['letter']).toMatchObject({ reason: 'retention', message: 'why', handlers: [], attempts: 0 });
  });
});

describe('a batch', () => {
  const deadlineMs = new VirtualClock().nowMs() + LEFT_MS;

  test('answers half a second before its end with what is not done', async () => {
    const { record, dependencies, clock } = given();
    const hanging = { ...dependencies, ledger: { claim: () => new Promise(() => {}) } } as never;
    let answer: unknown;
    const running = processBatch({ Records: [record] }, { deadlineMs }, hanging).then((given) => {
      answer = given;
    });
    clock.advance(LEFT_MS - 501);
    await new Promise((resolve) => setImmediate(resolve));
    expect(answer).toBeUndefined();
    clock.advance(1);
    await running;
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
  });

  test('hands over what is acknowledged, and returns the rest', async () => {
    const { record, dependencies } = given();
    const claim = async ({ eventId }: { eventId: string }) =>
      eventId === 'msg_1' ? { outcome: 'completed' } : { outcome: 'busy', untilMs: 0 };
    const other = {
      ...record,
      messageId: 'm2',
      messageAttributes: { 'svix-id': { stringValue: 'msg_2' } },
    } as unknown as SQSRecord;
    const mixed = { ...dependencies, ledger: { claim } } as never;
    expect(await processBatch({ Records: [record, other] }, { deadlineMs }, mixed)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm2' }],
    });
  });

  test('an error of ours gives its message back, with a wait and a line', async () => {
    const { record, dependencies, did, seen } = given({ receives: 2 });
    const throwing = {
      ...dependencies,
      newOwner: () => {
        throw new Error('ours');
      },
    } as never;
    const answer = await processBatch({ Records: [record] }, { deadlineMs }, throwing);
    expect(answer.batchItemFailures).toHaveLength(1);
    expect(did).toEqual(['error: message not settled', 'hide 10']);
    expect(seen['message not settled']).toMatchObject({ event_id: 'msg_1', message_id: 'm1' });
  });

  test('and leaves it to the queue where even that fails', async () => {
    const { record, dependencies, did } = given({ receives: 50 });
    const throwing = {
      ...dependencies,
      newOwner: () => {
        throw new Error('ours');
      },
      queue: { copyToDeadLetters: () => Promise.reject(new Error('no')) },
    } as never;
    const answer = await processBatch({ Records: [record] }, { deadlineMs }, throwing);
    expect(answer.batchItemFailures).toHaveLength(1);
    expect(did).toEqual(['error: message not settled', 'error: message left to its visibility timeout']);
  });
});
