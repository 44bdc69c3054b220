import { eventIdFrom } from '../../../lambdas/contract/source.ts';
import { samples } from '../../../lambdas/events/samples.ts';
import { commandText } from '../../cli/command-text.ts';
import type { CommandContext } from '../../cli/context.ts';
import { formatDuration } from '../../cli/format-time.ts';
import { withTarget } from '../../cli/target-option.ts';
import { ExitCode, UsageError } from '../../core/command-error.ts';
import { findConsumerSource } from '../../core/consumer-source.ts';
import { newEventId } from '../../core/sign-request.ts';
import { readSigningSecret } from '../../core/signing-secret.ts';
import type { Target } from '../../core/target.ts';
import { registeredHandlers } from '../../dead-letters/registered-handlers.ts';
import { checkAllowed, draftEvent, type EventDraft } from './event-draft.ts';
import { isDone, postDraft, type SendEnd, type SendPlan, type SendReport } from './send-event.ts';
import { sendMany } from './send-many.ts';
import { checkSendOptions, type SendOptions, unknownType } from './send-options.ts';
import { endText, stepColour, stepLine, summaryText } from './send-text.ts';

/** With more events than this, only those that are not done get a line of their own. */
const MAX_LISTED = 20;

/** `send`: signs, posts, and follows to the end. */
export async function runSend(
  type: string | undefined,
  options: SendOptions,
  context: CommandContext,
): Promise<ExitCode> {
  checkSendOptions(type, options);
  const draft = await draftEvent(type, options, context.directory);
  return withTarget(options, context, async (target) => {
    checkAllowed(draft, target, options.yes);
    if (options.file === undefined && options.source === undefined)
      await checkKnown(target, type, context.signal);
    await sayIfPaused(target, context);
    const secret = await readSigningSecret(target, context.signal);
    const base = { draft, secret, ...planOptions(options), signal: context.signal };
    return options.count === 1
      ? sendOne(
          target,
          { ...base, eventId: eventIdFrom(options.source, options.id ?? newEventId()) },
          options,
          context,
        )
      : sendCounted(target, base, options, context);
  });
}

/** @throws {UsageError} for a type that neither Supaglue sends nor the consumer has a handler for */
async function checkKnown(target: Target, type = '', signal: AbortSignal): Promise<void> {
  if (Object.hasOwn(samples, type)) return;
  const { types = [] } = await registeredHandlers(target, signal);
  if (!types.includes(type)) throw new UsageError(unknownType(type, types));
}

async function sayIfPaused(target: Target, { terminal, signal }: CommandContext): Promise<void> {
  const source = await findConsumerSource(target, signal).catch(() => undefined);
  signal.throwIfAborted();
  // Who may not look at the mapping may send all the same.
  if (source === undefined || !/^Disabl/.test(source.state)) return;
  terminal.note(`paused: no handler runs until\n${commandText('resume', target)}`);
}

type BasePlan = Omit<SendPlan, 'eventId' | 'onStep'>;

function planOptions(options: SendOptions) {
  return {
    idMayExist: options.id !== undefined,
    ...(options.tamper === undefined ? {} : { tamper: options.tamper }),
    duplicate: options.duplicate === true,
    follow: options.follow,
    timeoutMs: options.timeout * 1000,
  };
}

async function sendOne(
  target: Target,
  plan: Omit<SendPlan, 'onStep'>,
  { json }: SendOptions,
  { terminal }: CommandContext,
): Promise<ExitCode> {
  if (json !== true) terminal.print(heading(plan.draft, plan.eventId, target));
  const progress = terminal.progress(`following ${plan.eventId}`);
  try {
    const posted = await postDraft(target, {
      ...plan,
      onStep(step, record) {
        if (json === true) return;
        const colour = stepColour(step);
        const line = stepLine(step, record, Date.now());
        terminal.print(colour === undefined ? line : terminal.paint(colour, line));
      },
    });
    const report = await posted.finish();
    const text = endText(report, target);
    if (json === true) terminal.print(JSON.stringify(report));
    else if (text !== undefined) terminal.print(text);
    return isDone(report) ? ExitCode.DONE : ExitCode.FAILED;
  } finally {
    progress.stop();
  }
}

function heading({ eventType, body }: EventDraft, eventId: string, { name }: Target): string {
  return `${eventType}  ${eventId}  ${body.length} bytes, to ${name}`;
}

async function sendCounted(
  target: Target,
  base: BasePlan,
  options: SendOptions,
  { terminal }: CommandContext,
): Promise<ExitCode> {
  const { count, json } = options;
  const ends = new Map<SendEnd, number>();
  const counts = { posted: 0, ended: 0, done: 0 };
  const startedAtMs = performance.now();
  const progress = terminal.progress(`sending ${count} events`);
  try {
    await sendMany({
      count,
      ...(options.rate === undefined ? {} : { rate: options.rate }),
      signal: base.signal,
      post: (_, signal) =>
        postDraft(target, {
          ...base,
          signal,
          eventId: eventIdFrom(options.source, newEventId()),
          onStep: () => undefined,
        }),
      onPosted() {
        counts.posted += 1;
        progress.update(`sent ${counts.posted} of ${count}, ended ${counts.ended}`);
      },
      onEnded(report) {
        counts.ended += 1;
        const done = isDone(report);
        if (done) counts.done += 1;
        ends.set(report.end, (ends.get(report.end) ?? 0) + 1);
        if (json === true) terminal.print(JSON.stringify(report));
        else if (count <= MAX_LISTED || !done) terminal.print(reportLine(report));
        progress.update(`sent ${counts.posted} of ${count}, ended ${counts.ended}`);
      },
    });
  } catch (error) {
    terminal.note(`stopped: sent ${counts.posted} of ${count}; ended ${summaryText(ends) || 'none'}`);
    throw error;
  } finally {
    progress.stop();
  }
  if (json !== true) {
    const tookMs = performance.now() - startedAtMs;
    terminal.print(`${count} × ${base.draft.eventType} in ${formatDuration(tookMs)}: ${summaryText(ends)}`);
  }
  return counts.done === count ? ExitCode.DONE : ExitCode.FAILED;
}

function reportLine({ event_id: id, answer, end, steps }: SendReport): string {
  const tookMs = steps.at(-1)?.seen_after_ms ?? answer.took_ms;
  return `${id}  ${answer.status}  ${end}  ${formatDuration(tookMs)}`;
}
