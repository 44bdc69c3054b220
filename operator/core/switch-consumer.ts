import { UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { safeText } from '../../local/safe-text.ts';
import { CommandError } from './command-error.ts';
import { type ConsumerSource, findConsumerSource, readConsumerSource } from './consumer-source.ts';
import type { Target } from './target.ts';
import { Pace, POLL_INTERVALS } from './wait.ts';

export type SettledState = 'Enabled' | 'Disabled';

export interface SwitchOptions {
  readonly to: SettledState;
  /** How long to wait for the state. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Lambda has taken the change: from here on it goes on without this process. */
  readonly onRequested: () => void;
  /** Called with each state seen. */
  readonly onState: (state: string) => void;
}

export interface Switched {
  readonly source: ConsumerSource;
  /** False when it was in that state already, or on its way to it. */
  readonly changed: boolean;
}

/**
 * Enables or disables the consumer's event source mapping and waits until it is so.
 *
 * @throws {CommandError} when the state is not reached in time, or the mapping is being deleted
 */
export async function switchConsumer(target: Target, options: SwitchOptions): Promise<Switched> {
  const { to, signal } = options;
  const deadlineMs = performance.now() + options.timeoutMs;
  const pace = new Pace(POLL_INTERVALS[target.kind], signal);
  let source = await findConsumerSource(target, signal);
  let changed = false;
  for (;;) {
    options.onState(source.state);
    if (source.state === to) return { source, changed };
    if (source.state === 'Deleting') {
      throw new CommandError(`the event source mapping of ${source.functionName} is being deleted`);
    }
    // Right after the request a read may still show the state before it.
    if (!changed && isSettled(source.state)) {
      changed = await requestSwitch(target, source.uuid, to, signal);
      if (changed) options.onRequested();
    }
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) throw new CommandError(notInTime(target, source, options));
    await pace.wait(leftMs);
    source = await readConsumerSource(target, source.uuid, signal);
  }
}

const isSettled = (state: string) => state === 'Enabled' || state === 'Disabled';

/** False while Lambda is at another change of the mapping: then it is asked again. */
async function requestSwitch(
  { clients }: Target,
  uuid: string,
  to: SettledState,
  abortSignal: AbortSignal,
): Promise<boolean> {
  const command = new UpdateEventSourceMappingCommand({ UUID: uuid, Enabled: to === 'Enabled' });
  try {
    await clients.lambda.send(command, { abortSignal });
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceInUseException') return false;
    throw error;
  }
}

function notInTime({ name }: Target, { state }: ConsumerSource, { to, timeoutMs }: SwitchOptions): string {
  const seconds = Math.round(timeoutMs / 1000);
  return `the consumer of ${name} is ${safeText(state)}, not ${to}, after ${seconds} s: repeat the command to look again`;
}
