import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type ResultField,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { AnswerCode } from '../../lambdas/contract/http.ts';
import { REJECTED } from '../../lambdas/ingest/report.ts';
import { AWS_CALLS } from '../core/clients.ts';
import { CommandError } from '../core/command-error.ts';
import type { Target } from '../core/target.ts';
import { Pace } from '../core/wait.ts';
import type { RequestStatus } from './request-status.ts';

/** As many as CloudWatch gives for one query. */
export const MAX_LINES = 10_000;
const POLL = { firstMs: 250, longestMs: 2_000 };
const TIMEOUT_MS = 60_000;

/** What ingest logs of a request, accepted or not. */
export interface IngestLine {
  readonly at_ms: number;
  /** Of a refused one what it claims to be, where that has the form of an id. */
  readonly event_id?: string;
  readonly event_type?: string;
  readonly customer?: string;
  /** Of refused ones, as what follows. */
  readonly code?: Exclude<AnswerCode, 'accepted'>;
  readonly reason?: string;
  readonly request_id?: string;
  readonly age_seconds?: number;
}

export interface RequestsQuery {
  readonly status?: RequestStatus | undefined;
  readonly eventType?: string | undefined;
  /** Forms of one customer's id, by `customerForms`. */
  readonly customers?: readonly string[] | undefined;
  readonly sinceMs: number;
  /** Received before this. */
  readonly beforeMs: number;
  readonly limit: number;
}

/** What a stack's ingest logged, newest first: one query of CloudWatch Logs Insights. */
export async function loggedLines(
  { ingestLogGroup: logGroupName, name }: Target,
  query: RequestsQuery,
  limit: number,
  abortSignal: AbortSignal,
): Promise<readonly IngestLine[]> {
  if (logGroupName === undefined)
    throw new CommandError(`stack ${name} does not tell where it logs: deploy it again first`);
  const client = new CloudWatchLogsClient(AWS_CALLS);
  try {
    // Whole seconds, the last one too.
    const [startTime, endTime] = [Math.floor(query.sinceMs / 1000), Math.ceil(query.beforeMs / 1000)];
    const queryString = insightsQuery(query);
    const start = new StartQueryCommand({ logGroupName, startTime, endTime, queryString, limit });
    const { queryId } = await client.send(start, { abortSignal });
    const pace = new Pace(POLL, abortSignal);
    const deadlineMs = performance.now() + TIMEOUT_MS;
    for (;;) {
      const command = new GetQueryResultsCommand({ queryId });
      const { status = 'Unknown', results = [] } = await client.send(command, { abortSignal });
      if (status === 'Complete') return results.map(lineOf);
      if (performance.now() > deadlineMs || !/^(?:Scheduled|Running)$/.test(status))
        throw new CommandError(
          `Logs Insights has not answered (${status}): repeat it, with a shorter --since`,
        );
      await pace.wait(POLL.longestMs);
    }
  } finally {
    client.destroy();
  }
}

/** The text that Logs Insights runs. What the user gave stands in it in quotes, escaped. */
function insightsQuery({ status, eventType, customers }: RequestsQuery): string {
  const refused = `message = "${REJECTED}"`;
  const kind = status === undefined ? `EventsAccepted = 1 or ${refused}` : 'EventsAccepted = 1';
  return [
    'fields @timestamp, event_id, event_type, customer, code, reason, request_id, age_seconds',
    `filter ${status === 'refused' ? refused : kind}`,
    ...(eventType === undefined ? [] : [`filter event_type = ${JSON.stringify(eventType)}`]),
    ...(customers === undefined ? [] : [`filter customer in ${JSON.stringify(customers)}`]),
    'sort @timestamp desc',
  ].join('\n| ');
}

function lineOf(row: readonly ResultField[]): IngestLine {
  const fields = Object.fromEntries(row.map(({ field = '', value = '' }) => [field, value]));
  const { '@timestamp': at = '', '@ptr': _, age_seconds: age, ...rest } = fields;
  const at_ms = Date.parse(`${at.replace(' ', 'T')}Z`);
  return { ...rest, at_ms, ...(age === undefined ? {} : { age_seconds: Number(age) }) };
}
