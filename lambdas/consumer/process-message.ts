import type { SQSRecord } from 'aws-lambda';
import { FailureReason } from '../contract/failure.ts';
import { UNKNOWN_EVENT_TYPE } from '../contract/message.ts';
import { sourceOf } from '../contract/source.ts';
import { LEASE_SKEW_MS } from '../contract/timing.ts';
import type { Claim } from '../ledger/ledger.ts';
import { errorText } from '../runtime/error-text.ts';
import { isClientFault } from '../runtime/transient-error.ts';
import { runAttempt } from './attempt.ts';
import { backoffMs } from './backoff.ts';
import type { ConsumerDependencies, Invocation, Verdict } from './dependencies.ts';
import { eventLogger } from './event-logger.ts';
import { copyUnowned, defer, giveBack } from './give-back.ts';
import { eventIdOf, type IncomingMessage, readMessage, receiveCount } from './incoming-message.ts';

/** Takes one message to its verdict. Rejects only on an error of the framework itself. */
export async function processMessage(
  record: SQSRecord,
  invocation: Invocation,
  dependencies: ConsumerDependencies,
): Promise<Verdict> {
  const eventId = eventIdOf(record);
  if (eventId === undefined) {
    const message = 'the message carries no svix-id: it was not put on the queue by ingest';
    return copyUnowned(record, FailureReason.NO_EVENT_ID, message, dependencies);
  }
  const { sources } = dependencies.routes;
  const source = sourceOf(eventId);
  if (source !== undefined && sources?.has(source) !== true) return whenUnknown(record, source, dependencies);
  const message = readMessage(record, eventId, sources);
  const result = await takeEvent(message, invocation, dependencies);
  if ('unreachable' in result) return whenUnreachable(record, result.unreachable, dependencies);
  switch (result.outcome) {
    case 'claimed':
      if (result.record.status === 'COMPLETED') {
        dependencies.metrics.unhandled();
        // It may tell of a failure: somebody should look.
        if (message.facts.eventType === UNKNOWN_EVENT_TYPE) {
          eventLogger(dependencies.logger, eventId, '-').warn(
            'nothing handles a body without webhook_event_type',
          );
        }
        // Safe to acknowledge: the ledger holds the event as COMPLETED, and no handler is registered for it.
        return 'acknowledge';
      }
      return runAttempt({ message, claimed: result, invocation, dependencies });
    case 'completed':
      dependencies.metrics.duplicate();
      // Safe to acknowledge: every handler's completion of this event is recorded.
      return 'acknowledge';
    case 'lettered':
      dependencies.metrics.duplicate();
      eventLogger(dependencies.logger, eventId, '-').info('the event has its dead letter already', {
        message_id: record.messageId,
      });
      // Safe to acknowledge: SQS has confirmed a letter of this event and body that stands for this message. Redriven,
      // it is a message that SQS took later, SQS's own move task included, which this rule lets run; deleted, that was
      // the operator's decision; expired, it was kept for 14 days and this message could have waited for 7.
      return 'acknowledge';
    case 'busy': {
      dependencies.metrics.deferred();
      const delayMs = result.untilMs - dependencies.clock.nowMs();
      return defer(record, delayMs, 'another attempt held the event on the last receive', dependencies);
    }
    case 'payload-mismatch': {
      const text = 'another body is recorded under the same svix-id; its record is untouched';
      return copyUnowned(record, FailureReason.PAYLOAD_MISMATCH, text, dependencies);
    }
  }
}

async function takeEvent(
  message: IncomingMessage,
  invocation: Invocation,
  dependencies: ConsumerDependencies,
) {
  const { ledger, routes, clock, newOwner } = dependencies;
  const { facts, payload } = message;
  const claim = {
    eventId: facts.eventId,
    owner: newOwner(),
    leaseExpiresAtMs: invocation.deadlineMs + LEASE_SKEW_MS,
    alone: invocation.company.size === 1,
  };
  // A body that is not JSON has no type to be unhandled for: it is claimed, to be dead-lettered.
  const unhandled = payload !== undefined && routes.handlersFor(facts.eventType).length === 0;
  try {
    if (unhandled) await dependencies.holderOf?.(message, payload.value);
    return unhandled
      ? await ledger.completeUnhandled(facts, claim, clock.nowMs())
      : await ledger.claim(facts, claim, clock.nowMs());
  } catch (error) {
    if (!unhandled) await withdraw(claim, error, dependencies);
    return { unreachable: error };
  }
}

/**
 * The claim may have been applied, and all its answers lost: it would cost an attempt in which nothing ran, and look
 * like one that died. Tried once; what the service itself refused is not written, and needs no second call.
 */
async function withdraw(claim: Claim, error: unknown, { ledger, clock, logger }: ConsumerDependencies) {
  if (isClientFault(error)) return;
  try {
    await ledger.withdrawClaim(claim, clock.nowMs());
  } catch (second) {
    logger.warn('claim not withdrawn', { event_id: claim.eventId, handler: '-', cause: errorText(second) });
  }
}

/** While a deployment brings a new source, ingest may be ahead of this function: completed here, its event were lost. */
function whenUnknown(record: SQSRecord, source: string, dependencies: ConsumerDependencies) {
  const cause = `no handlers are registered for the source ${source}`;
  dependencies.logger.error(cause, { event_id: eventIdOf(record), handler: '-' });
  return giveBackUntouched(record, cause, dependencies);
}

function whenUnreachable(record: SQSRecord, error: unknown, dependencies: ConsumerDependencies) {
  const cause = errorText(error);
  dependencies.logger.error('ledger unreachable', { event_id: eventIdOf(record), handler: '-', cause });
  return giveBackUntouched(record, `the ledger could not be reached: ${cause}`, dependencies);
}

/** Nothing was run. The wait grows with the receives, so that an outage does not use up the receive limit. */
function giveBackUntouched(record: SQSRecord, cause: string, dependencies: ConsumerDependencies) {
  const { metrics, policy, random } = dependencies;
  metrics.deferred();
  return giveBack(record, backoffMs(receiveCount(record), policy, random()), cause, dependencies);
}
