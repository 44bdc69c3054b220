import { PING_EVENT_TYPE } from '../../../lambdas/contract/message.ts';
import { samples } from '../../../lambdas/events/samples.ts';
import type { TargetOptions } from '../../cli/target-option.ts';
import { UsageError } from '../../core/command-error.ts';
import type { Assignment } from '../../core/set-path.ts';
import type { Tampering } from '../../core/sign-request.ts';

export interface SendOptions extends TargetOptions {
  readonly set: readonly Assignment[];
  readonly file?: string;
  readonly count: number;
  /** Events per second. */
  readonly rate?: number;
  readonly duplicate?: true;
  readonly tamper?: Tampering;
  readonly id?: string;
  readonly follow: boolean;
  /** Seconds. */
  readonly timeout: number;
  /** Seconds. */
  readonly delay?: number;
  readonly failTimes?: number;
  readonly failPermanently?: true;
  readonly yes?: string;
  readonly json?: true;
}

/**
 * What commander cannot know: which types there are, and which options go together.
 *
 * @throws {UsageError}
 */
export function checkSendOptions(type: string | undefined, options: SendOptions): void {
  const asksPing =
    options.delay !== undefined || options.failTimes !== undefined || options.failPermanently !== undefined;
  if (options.file !== undefined) {
    refuseIf(options.set.length > 0, '--set changes a sample, --file sends exact bytes: use one of them');
    refuseIf(asksPing, '--delay and --fail-… belong to the ping: they cannot change a --file');
  } else if (type === undefined) {
    const wanted = `name an event type of ${options.source}, or give its body with --file`;
    throw new UsageError(options.source === undefined ? unknownType(type) : wanted);
  }
  refuseIf(
    asksPing && type !== PING_EVENT_TYPE,
    `--delay, --fail-times and --fail-permanently belong to ${PING_EVENT_TYPE} alone`,
  );
  refuseIf(options.id !== undefined && options.count > 1, '--id names one event: use it without --count');
  refuseIf(
    options.id !== undefined && !/^[\x21-\x7e]{1,1024}$/.test(options.id),
    '--id takes 1 to 1024 printable ASCII characters without spaces',
  );
  refuseIf(
    options.duplicate === true && options.tamper !== undefined,
    '--duplicate and --tamper exclude each other',
  );
  refuseIf(options.yes !== undefined && options.stack === undefined, '--yes goes with --stack');
}

/** What to choose from, with the types that the consumer has handlers for. */
export function unknownType(type: string | undefined, own: readonly string[] = []): string {
  const problem = type === undefined ? 'name an event type' : `no event type ${type}`;
  const types = [...new Set([...Object.keys(samples), ...own])];
  return [`${problem}; the types are:`, ...types.map((name) => `  ${name}`)].join('\n');
}

function refuseIf(condition: boolean, message: string): void {
  if (condition) throw new UsageError(message);
}
