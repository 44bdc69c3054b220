import type { Attempt } from '../../lambdas/consumer/attempt-context.ts';
import type { LedgerRecord } from '../../lambdas/ledger/record.ts';
import type { ValidationResult } from '../../lambdas/router/handler.ts';
import { RETRY_POLICY } from '../support/retry-policy.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

export const LEFT_MS = 30_000;
/** Handlers have all but this of the function's time. */
export const MARGIN_MS = 5_000;
export const SKEW_MS = 5_000;

export interface Case {
  readonly record?: Partial<LedgerRecord>;
  readonly claimed?: object;
  readonly alone?: boolean;
  readonly ownership?: 'written' | 'lost';
  /** Of the message: `ApproximateReceiveCount`. */
  readonly receives?: number;
  /** How long ago SQS took it, and ingest received it. */
  readonly ageMs?: number;
  readonly policy?: object;
  readonly earlyRecord?: Error;
  readonly hasBody?: boolean;
  readonly validate?: () => ValidationResult | Promise<ValidationResult>;
  readonly handle?: (context: {
    note(text: string): void;
    logger: unknown;
    signal: AbortSignal;
  }) => Promise<void> | void;
  /** Moves the clock while the neighbours are waited for. */
  readonly neighboursMs?: number;
  /** Moves the clock while the turn alone is counted. */
  readonly spendMs?: number;
}

/** One attempt whose every edge only notes what it was asked. */
export function givenAttempt(options: Case) {
  const { ownership = 'written', hasBody = true, neighboursMs = 0, alone = false } = options;
  const { receives = 1, ageMs = 0, spendMs = 0 } = options;
  const clock = new VirtualClock();
  const startMs = clock.nowMs();
  const did: string[] = [];
  const seen: Record<string, unknown> = {};
  const write = (name: string) => async (_: unknown, outcome: unknown) => {
    did.push(name);
    seen[name] = outcome;
    return ownership;
  };
  const say = (level: string) => (message: string, keys: object) => {
    did.push(`${level}: ${message}`);
    seen[message] = keys;
  };
  const handler = {
    name: 'one',
    async handle(context: never) {
      did.push('run');
      await options.handle?.(context);
    },
  };
  const attempt = {
    invocation: {
      deadlineMs: startMs + LEFT_MS,
      company: {
        async turnAlone() {
          did.push('turn');
          clock.advance(neighboursMs);
        },
      },
    },
    message: {
      facts: { eventType: 'a.b', receivedAtMs: startMs - ageMs, sentAtMs: startMs - ageMs },
      record: {
        receiptHandle: 'r',
        attributes: { ApproximateReceiveCount: String(receives), SentTimestamp: String(startMs - ageMs) },
        messageAttributes: {},
      },
      ...(hasBody ? { payload: { value: {} } } : {}),
    },
    claimed: {
      claim: { eventId: 'msg_1', alone, leaseExpiresAtMs: startMs + LEFT_MS + SKEW_MS },
      record: { attempts: 1, attempts_total: 1, handlers: {}, failures: [], ...options.record },
      predecessorAbandoned: false,
      ...options.claimed,
    },
    dependencies: {
      clock,
      random: () => 0,
      policy: { ...RETRY_POLICY, ...options.policy },
      routes: {
        validate: options.validate ?? (() => ({ ok: true, event: {} })),
        handlersFor: () => [handler],
      },
      ledger: {
        read: async () => ({ status: 'IN_PROGRESS', lease_expires_at_ms: clock.nowMs() + 1_000 }),
        async spendAttempt(_: unknown, attempts: number) {
          did.push(`spend ${attempts}`);
          clock.advance(spendMs);
          return ownership;
        },
        giveBackAttempt: write('give back'),
        complete: write('complete'),
        failRetryable: (claim: unknown, outcome: unknown, notBeforeMs: number) => {
          seen['not before'] = notBeforeMs;
          return write('retry')(claim, outcome);
        },
        failForGood: write('fail for good'),
        releaseDeadLetter: write('release'),
        withdrawClaim: write('withdraw'),
        async recordCompletion(claim: unknown, handler: unknown) {
          const result = await write('record early')(claim, handler);
          if (options.earlyRecord) throw options.earlyRecord;
          return result;
        },
      },
      queue: {
        hide: async (_: string, seconds: number) => did.push(`hide ${seconds}`),
        copyToDeadLetters: async (_: unknown, failure: string) => {
          did.push('copy');
          seen['letter'] = JSON.parse(failure);
        },
      },
      metrics: {
        attemptAbandoned: () => did.push('abandoned'),
        processed: (latencyMs: number) => {
          did.push('processed');
          seen['latency'] = latencyMs;
        },
        deferred: () => did.push('deferred'),
        retried: () => did.push('retried'),
        deadLettered: () => did.push('dead-lettered'),
      },
      logger: {
        info: say('info'),
        warn: say('warn'),
        error: say('error'),
      },
    },
  } as unknown as Attempt;
  return { attempt, clock, did, seen };
}
