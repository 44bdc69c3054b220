import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { PING_EVENT_TYPE, UNKNOWN_EVENT_TYPE } from '../../../lambdas/contract/message.ts';
import { eventIdFrom } from '../../../lambdas/contract/source.ts';
import { describeEvent } from '../../../lambdas/events/event-fields.ts';
import { samples } from '../../../lambdas/events/samples.ts';
import { textAt } from '../../../lambdas/events/text-at.ts';
import { parseJson } from '../../../local/json.ts';
import { UsageError } from '../../core/command-error.ts';
import { readInput } from '../../core/read-input.ts';
import { type Assignment, setPath } from '../../core/set-path.ts';
import type { Target } from '../../core/target.ts';
import type { SendOptions } from './send-options.ts';

/** What is to be sent, before it has an id. */
export interface EventDraft {
  /** As the body says, whatever was asked for. */
  readonly eventType: string;
  readonly body: Buffer;
  /** Hexadecimal; the ledger records the same. */
  readonly bodySha256: string;
}

/**
 * @throws {UsageError} when `--set` does not fit the sample
 * @throws {CommandError} when the file cannot be read
 */
export async function draftEvent(
  type: string | undefined,
  options: SendOptions,
  directory: string,
): Promise<EventDraft> {
  const body =
    options.file === undefined
      ? Buffer.from(JSON.stringify(samplePayload(type, options)))
      : await readInput(resolve(directory, options.file), 'name a readable file with --file');
  // The body need not be JSON: what happens to one that is not is worth a try.
  const payload = parseJson(body.toString());
  return {
    eventType:
      options.source === undefined
        ? describeEvent(payload).eventType
        : eventIdFrom(options.source, type ?? textAt(payload, 'type') ?? UNKNOWN_EVENT_TYPE),
    body,
    bodySha256: createHash('sha256').update(body).digest('hex'),
  };
}

/**
 * A sample sent to a deployed stack runs the user's real handlers: a `connection.deleted` would clean up.
 *
 * @throws {UsageError} unless it is the ping, or `--yes` repeats the stack's name
 */
export function checkAllowed({ eventType }: EventDraft, target: Target, yes: string | undefined): void {
  if (target.kind === 'local' || eventType === PING_EVENT_TYPE || yes === target.name) return;
  throw new UsageError(
    `${eventType} would run the real handlers of stack ${target.name}: send ${PING_EVENT_TYPE}, or add --yes ${target.name}`,
  );
}

function samplePayload(type: string | undefined, options: SendOptions): unknown {
  if (options.source !== undefined) {
    // The standard's shape, which most senders have: what is in `data` is for --set.
    return options.set.reduce<unknown>(setPath, { type, timestamp: new Date().toISOString(), data: {} });
  }
  // Of a type of the user's own nothing is known but its name.
  const sample = Object.entries(samples).find(([name]) => name === type)?.[1] ?? { webhook_event_type: type };
  const { delay, failTimes, failPermanently } = options;
  const ping: readonly Assignment[] = [
    ...(delay === undefined ? [] : [{ path: ['delay_ms'], value: Math.round(delay * 1000) }]),
    ...(failTimes === undefined ? [] : [{ path: ['fail_times'], value: failTimes }]),
    ...(failPermanently === undefined ? [] : [{ path: ['fail_permanently'], value: true }]),
  ];
  return [...ping, ...options.set].reduce<unknown>(setPath, sample);
}
