import type { Logger } from '@aws-lambda-powertools/logger';
import type { Metrics } from '@aws-lambda-powertools/metrics';
import { AnswerCode } from '../contract/http.ts';
import { Metric, REASON_DIMENSION } from '../contract/metrics.ts';
import { chainMessage } from '../runtime/error-text.ts';
import type { Outcome } from './ingest.ts';
import { NO_CUSTOMER } from './routing.ts';

export interface RequestIds {
  /** API Gateway's: the one in the answer and in the access log. */
  readonly requestId: string;
  /** Lambda's: the one in the platform's log lines. */
  readonly invocationId: string;
}

export type Report = (outcome: Outcome, ids: RequestIds) => void;

/** Where the mistake is ours or the service's, not the caller's. */
const SERVER_CODES: ReadonlySet<AnswerCode> = new Set([AnswerCode.NOT_CONFIGURED, AnswerCode.UNAVAILABLE]);

/** The log line of a request that was not accepted; `events list` looks for it. */
export const REJECTED = 'webhook rejected';

/** One line of metrics for each request, and one log line with the reason when it was not accepted. */
export function createReport(logger: Logger, metrics: Metrics): Report {
  return (outcome, { requestId, invocationId }) => {
    if (outcome.code === AnswerCode.ACCEPTED) {
      const { eventId, eventType, group } = outcome;
      // Beside the numbers, for `events list`: the line is written anyway.
      metrics.addMetadata('event_id', eventId).addMetadata('event_type', eventType);
      if (!group.startsWith(NO_CUSTOMER)) metrics.addMetadata('customer', group);
      metrics
        .addMetric(Metric.EVENTS_ACCEPTED, 'Count', 1)
        .addMetric(Metric.SECRET_POSITION, 'None', outcome.secretPosition)
        .publishStoredMetrics();
      return;
    }
    const { code, reason, eventId, detail, cause } = outcome;
    metrics
      .addDimension(REASON_DIMENSION, code)
      .addMetric(Metric.EVENTS_REJECTED, 'Count', 1)
      .publishStoredMetrics();
    const level = SERVER_CODES.has(code) ? 'error' : 'warn';
    logger[level](REJECTED, {
      code,
      reason,
      request_id: requestId,
      invocation_id: invocationId,
      ...(eventId === undefined ? {} : { event_id: eventId }),
      ...detail,
      ...(cause === undefined ? {} : { cause: describe(cause) }),
    });
  };
}

const MAX_TEXT_LENGTH = 500;

/** Chosen fields alone: an SDK error drags its whole response along. */
function describe(cause: unknown): Readonly<Record<string, unknown>> {
  if (!(cause instanceof Error)) {
    return { name: typeof cause };
  }
  const metadata = '$metadata' in cause ? cause.$metadata : undefined;
  return {
    name: cause.name,
    message: chainMessage(cause).slice(0, MAX_TEXT_LENGTH),
    stack: cause.stack?.split('\n').slice(1, 4).join('\n'),
    ...(typeof metadata === 'object' && metadata !== null ? { aws: metadata } : {}),
  };
}
