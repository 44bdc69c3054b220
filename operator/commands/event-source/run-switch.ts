import { QUEUE_RETENTION_SECONDS } from '../../../lambdas/contract/timing.ts';
import { commandText, counted } from '../../cli/command-text.ts';
import type { CommandContext } from '../../cli/context.ts';
import { formatDuration } from '../../cli/format-time.ts';
import { type TargetOptions, withTarget } from '../../cli/target-option.ts';
import { ExitCode } from '../../core/command-error.ts';
import { type QueueDepth, readQueueDepth } from '../../core/queue-depth.ts';
import { type SettledState, type Switched, switchConsumer } from '../../core/switch-consumer.ts';
import type { Target } from '../../core/target.ts';

/** Options of `pause` and `resume`. */
export interface SwitchCommandOptions extends TargetOptions {
  /** Seconds. */
  readonly timeout: number;
  readonly json?: true;
}

const DOING: Readonly<Record<SettledState, string>> = { Disabled: 'pausing', Enabled: 'resuming' };

/** `pause` and `resume`: both are one switch. */
export async function runSwitch(
  to: SettledState,
  options: SwitchCommandOptions,
  context: CommandContext,
): Promise<ExitCode> {
  const { terminal, signal } = context;
  return withTarget(options, context, async (target) => {
    const doing = DOING[to];
    const progress = terminal.progress(`${doing} the consumer of ${target.name}`);
    let requested = false;
    try {
      const switched = await switchConsumer(target, {
        to,
        timeoutMs: options.timeout * 1000,
        signal,
        onRequested() {
          requested = true;
        },
        onState: (state) => progress.update(`${doing} the consumer of ${target.name}: ${state}`),
      });
      const depth = await readQueueDepth(target, target.queueUrl, signal);
      progress.stop();
      terminal.print(
        options.json === true
          ? JSON.stringify(reportOf(target, to, switched, depth))
          : switchText(target, to, switched, depth),
      );
      return ExitCode.DONE;
    } catch (error) {
      if (requested) terminal.note(`Lambda has taken the change, and goes on ${doing} by itself`);
      throw error;
    } finally {
      progress.stop();
    }
  });
}

/** What `--json` prints. */
function reportOf(target: Target, state: SettledState, { changed }: Switched, depth: QueueDepth) {
  return {
    target: target.name,
    state,
    changed,
    waiting: depth.visible,
    hidden: depth.hidden,
    retention_seconds: QUEUE_RETENTION_SECONDS,
  };
}

function switchText(
  target: Target,
  to: SettledState,
  { changed, source }: Switched,
  depth: QueueDepth,
): string {
  const on = `on ${target.name}`;
  const queue = `On the queue: ${counted(depth.visible, 'event waits', 'events wait')}, ${depth.hidden} in work or waiting for a retry.`;
  if (to === 'Enabled') {
    const concurrency =
      source.maximumConcurrency === undefined ? '' : `, ${source.maximumConcurrency} batches at a time`;
    return [
      changed ? `resumed: handlers run again ${on}` : `not paused: handlers run ${on}`,
      `Events are taken ${source.batchSize} to a batch${concurrency}.`,
      queue,
    ].join('\n');
  }
  const retention = formatDuration(QUEUE_RETENTION_SECONDS * 1000);
  return [
    `${changed ? 'paused' : 'already paused'}: no handler runs ${on}`,
    `Webhooks are still accepted; each waits in the queue for up to ${retention}.`,
    queue,
    'Go on with:',
    commandText('resume', target),
  ].join('\n');
}
