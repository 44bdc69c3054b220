import { ConsumerEnvironment } from '../../lambdas/contract/environment.ts';
import { readOldestMessageAgeSeconds } from '../core/counters.ts';
import { toCommandError } from '../core/error-line.ts';
import { findStoredValue } from '../core/signing-secret.ts';
import { atSource, type Target } from '../core/target.ts';
import { type CheckResult, type Finding, fail, note } from './finding.ts';
import { judgeAlerts } from './judge-alerts.ts';
import { judgeClock } from './judge-clock.ts';
import { judgeConsumerSource } from './judge-consumer.ts';
import { judgeLedgerRetention, judgeTimeToLive } from './judge-ledger.ts';
import { judgePing, type PingFacts } from './judge-ping.ts';
import { judgeBacklog, judgeDeadLetters, judgeRetention, judgeVisibility } from './judge-queues.ts';
import { judgeSecret } from './judge-secret.ts';
import { judgeSupaglue } from './judge-supaglue.ts';
import { sendPing } from './ping.ts';
import { countSubscriptions, createReadings, type Readings, readTimeToLive } from './readings.ts';

export interface ExamineOptions {
  readonly ping: boolean;
  /** How long to follow the ping, milliseconds. */
  readonly timeoutMs: number;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
  readonly onResult: (result: CheckResult) => void;
}

interface Examination extends Omit<ExamineOptions, 'onResult'> {
  readonly target: Target;
  readonly readings: Readings;
}

type Check = (examination: Examination) => Promise<Finding>;

const CHECKS: Readonly<Record<string, Check>> = {
  secret: async ({ target, signal }) => judgeSecret(await findStoredValue(target, signal)),
  clock: async ({ readings }) => judgeClock((await readings.queue()).skewMs),
  consumer: async ({ readings }) => judgeConsumerSource(await readings.source()),
  visibility: async ({ readings }) => {
    const [queue, source, consumer] = await Promise.all([
      readings.queue(),
      readings.source(),
      readings.consumer(),
    ]);
    return judgeVisibility({
      visibilitySeconds: queue.visibilitySeconds,
      functionTimeoutSeconds: consumer.timeoutSeconds,
      batchingWindowSeconds: source.batchingWindowSeconds,
    });
  },
  retention: async ({ readings }) => {
    const [queue, deadLetterQueue, consumer] = await Promise.all([
      readings.queue(),
      readings.deadLetterQueue(),
      readings.consumer(),
    ]);
    return judgeRetention({
      queueSeconds: queue.retentionSeconds,
      deadLetterSeconds: deadLetterQueue.retentionSeconds,
      consumerSeconds: numberOf(consumer.environment[ConsumerEnvironment.QUEUE_RETENTION_SECONDS]),
    });
  },
  ledger: async ({ readings }) => {
    const { environment } = await readings.consumer();
    return judgeLedgerRetention(numberOf(environment[ConsumerEnvironment.LEDGER_RETENTION_DAYS]));
  },
  'ledger expiry': async ({ target, signal }) => judgeTimeToLive(await readTimeToLive(target, signal)),
  supaglue: async ({ readings }) => judgeSupaglue((await readings.consumer()).environment),
  alerts: async ({ target, signal }) =>
    target.kind === 'local'
      ? note('not checked: `npm start` shows what would be sent')
      : judgeAlerts(await countSubscriptions(target, signal)),
  'dead letters': async ({ readings }) => {
    const { visible, hidden } = await readings.deadLetterQueue();
    return judgeDeadLetters(visible + hidden);
  },
  backlog: async ({ target, readings, nowMs, signal }) => {
    const { visible, hidden } = await readings.queue();
    const oldestSeconds =
      visible === 0
        ? undefined
        : await readOldestMessageAgeSeconds(target, 'queue', { nowMs: nowMs(), signal });
    return judgeBacklog({ visible, hidden, oldestSeconds });
  },
};

/**
 * Every check, each by itself: one that cannot be made is told, and the others go on. Results come in order.
 *
 * @throws {CommandError} when the local run has ended
 * @throws the signal's reason when it aborts
 */
export async function examine(
  target: Target,
  { onResult, ...options }: ExamineOptions,
): Promise<{ readonly results: readonly CheckResult[]; readonly ping?: PingFacts }> {
  const readings = createReadings(target, options.signal);
  // A local run that has ended is one thing to be told, not ten.
  if (target.kind === 'local') await readings.queue();
  const examination: Examination = { ...options, target, readings };
  const results: CheckResult[] = [];
  const settle = (check: string, finding: Finding) => {
    const result = { check, ...finding };
    results.push(result);
    onResult(result);
  };
  // All at once: on AWS each is a round trip or two.
  const secretsOfSources = Object.keys(target.sourceSecrets).map((name): [string, Check] => [
    `secret, ${name}`,
    async () => judgeSecret(await findStoredValue(atSource(target, name), options.signal), name),
  ]);
  const [secret, ...others] = Object.entries(CHECKS);
  const running = [...(secret === undefined ? [] : [secret]), ...secretsOfSources, ...others].map(
    ([name, check]) => [name, attempt(examination, () => check(examination))] as const,
  );
  // When one ends with the abort, the others do too, and nobody waits for them any more.
  for (const [, finding] of running) finding.catch(() => undefined);
  for (const [name, finding] of running) settle(name, await finding);
  if (!options.ping) return { results };
  let ping: PingFacts | undefined;
  const finding = await attempt(examination, async () => {
    ping = await sendPing(target, { ...options, isPaused: await isPaused(readings) });
    return judgePing(ping);
  });
  settle('ping', finding);
  const { functionWebhookUrl: webhookUrl } = target;
  if (webhookUrl !== undefined) {
    const pingUrl = async () =>
      judgePing(
        await sendPing({ ...target, webhookUrl }, { ...options, isPaused: await isPaused(readings) }),
      );
    settle('ping, function URL', await attempt(examination, pingUrl));
  }
  return { results, ...(ping === undefined ? {} : { ping }) };
}

async function attempt({ target, signal }: Examination, check: () => Promise<Finding>): Promise<Finding> {
  try {
    return await check();
  } catch (error) {
    if (signal.aborted) throw error;
    return fail(`could not be checked: ${toCommandError(error, { target: target.kind }).message}`, {});
  }
}

/** When that cannot be read, its own check has told it; the ping shows whether events are handled. */
async function isPaused(readings: Readings): Promise<boolean> {
  const state = await readings.source().then(
    (source) => source.state,
    () => 'unknown',
  );
  return state === 'Disabled' || state === 'Disabling';
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
