import { Slots } from '../../local/slots.ts';
import type { CommandContext } from '../cli/context.ts';
import { ExitCode } from '../core/command-error.ts';
import { toCommandError } from '../core/error-line.ts';
import { readLedgerRecord } from '../core/ledger-reader.ts';
import { waitUntilDrained } from '../core/queue-depth.ts';
import { lookAtDeadLetters } from '../dead-letters/look.ts';
import { deliver } from './deliver.ts';
import { type DemoCloud, withDemoCloud } from './demo-cloud.ts';
import { type DemoResult, demoText } from './demo-text.ts';
import { observe } from './observe.ts';
import { demoScenarios } from './scenarios.ts';

/** A second delivery, or a retry that nobody promised, has this long to leave the queue. */
const DRAIN_TIMEOUT_MS = 60_000;

/** Few at once, so that a row's time is its own and not that of a dozen workers starting together. */
const CONCURRENCY = 2;

export interface DemoOptions {
  readonly json?: true;
}

/** `npm run demo`: exit code 0 only if every ending is the promised one. */
export async function runDemo({ json }: DemoOptions, context: CommandContext): Promise<ExitCode> {
  const { terminal, signal } = context;
  const startedAtMs = performance.now();
  const progress = terminal.progress('bundling the functions …');
  try {
    const result = await withDemoCloud(
      (step) => progress.step(`${step} …`),
      signal,
      async (cloud) => {
        progress.step('sending, and waiting for every ending …');
        return play(cloud, signal);
      },
    );
    progress.stop();
    const passed = result.drained && result.rows.every(({ kept }) => kept);
    const tookMs = Math.round(performance.now() - startedAtMs);
    terminal.print(
      json === true
        ? JSON.stringify({ passed, took_ms: tookMs, queue_drained: result.drained, scenarios: result.rows })
        : demoText(result, tookMs, terminal),
    );
    return passed ? ExitCode.DONE : ExitCode.FAILED;
  } catch (error) {
    throw toCommandError(error, { target: 'local' });
  } finally {
    progress.stop();
  }
}

/** Sends all, then looks what they came to: the answers are known, the rest is read when the queue is empty. */
async function play({ target, secret }: DemoCloud, signal: AbortSignal): Promise<DemoResult> {
  const slots = new Slots(CONCURRENCY);
  const delivered = await Promise.all(
    demoScenarios().map((scenario) => slots.during(() => deliver(scenario, target, secret, signal))),
  );
  const drained = await waitUntilDrained(target, DRAIN_TIMEOUT_MS, signal);
  const { letters } = await lookAtDeadLetters(target, { signal });
  const rows = delivered.map(async (each) => {
    const own = letters.filter(({ eventId }) => eventId === each.eventId);
    return observe(each, await readLedgerRecord(target, each.eventId, signal), own);
  });
  return { rows: await Promise.all(rows), drained };
}
