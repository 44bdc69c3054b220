import {
  CloudWatchLogsClient,
  GetQueryResultsCommand,
  type GetQueryResultsCommandOutput,
  StartQueryCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { REJECTED } from '../../lambdas/ingest/report.ts';
import { AWS_CALLS } from '../core/clients.ts';
import { CommandError } from '../core/command-error.ts';
import type { Target } from '../core/target.ts';
import { Pace } from '../core/wait.ts';
import type { IngestLine, RequestsQuery } from './received-request.ts';

/** As many as CloudWatch gives for one query. */
export const MAX_LINES = 10_000;
const POLL = { firstMs: 250, longestMs: 2_000 };
const TIMEOUT_MS = 60_000;

const FIELDS = ['event_id', 'event_type', 'customer', 'code', 'reason', 'request_id'] as const;

/** What a stack's ingest logged, newest first: one query of CloudWatch Logs Insights. */
export async function loggedLines(
  { ingestLogGroup: logGroupName, name }: Target,
  query: RequestsQuery,
  limit: number,
  abortSignal: AbortSignal,
): Promise<readonly IngestLine[]> {
  if (logGroupName === undefined) {
    throw new CommandError(`stack ${name} does not tell where it logs, and what: deploy it again first`);
  }
  const client = new CloudWatchLogsClient(AWS_CALLS);
  try {
    const { queryId } = await client.send(
      new StartQueryCommand({
        logGroupName,
        // Whole seconds, the last one too.
        startTime: Math.floor(query.sinceMs / 1000),
        endTime: Math.ceil(query.beforeMs / 1000),
        queryString: insightsQuery(query),
        limit,
      }),
      { abortSignal },
    );
    const pace = new Pace(POLL, abortSignal);
    const deadlineMs = performance.now() + TIMEOUT_MS;
    for (;;) {
      const answer = await client.send(new GetQueryResultsCommand({ queryId }), { abortSignal });
      if (answer.status === 'Complete') return (answer.results ?? []).map(lineOf);
      const isOver = performance.now() > deadlineMs;
      if (isOver || !/^(?:Scheduled|Running)$/.test(answer.status ?? '')) {
        const how = isOver ? `not within ${TIMEOUT_MS / 1000} s` : answer.status;
        throw new CommandError(`Logs Insights has not answered (${how}): repeat it, with a shorter --since`);
      }
      await pace.wait(POLL.longestMs);
    }
  } finally {
    client.destroy();
  }
}

/** The text that Logs Insights runs. What the user gave stands in it in quotes, escaped. */
export function insightsQuery({ status, eventType, customers }: RequestsQuery): string {
  const refused = `message = "${REJECTED}"`;
  const kind = status === undefined ? `EventsAccepted = 1 or ${refused}` : 'EventsAccepted = 1';
  return [
    `fields @timestamp, ${FIELDS.join(', ')}, age_seconds`,
    `filter ${status === 'refused' ? refused : kind}`,
    ...(eventType === undefined ? [] : [`filter event_type = ${JSON.stringify(eventType)}`]),
    ...(customers === undefined ? [] : [`filter customer in ${JSON.stringify(customers)}`]),
    'sort @timestamp desc',
  ].join('\n| ');
}

function lineOf(row: NonNullable<GetQueryResultsCommandOutput['results']>[number]): IngestLine {
  const found = new Map(row.map(({ field, value }) => [field, value]));
  const age = found.get('age_seconds');
  return {
    at_ms: Date.parse(`${found.get('@timestamp')?.replace(' ', 'T')}Z`),
    ...Object.fromEntries(FIELDS.flatMap((name) => (found.has(name) ? [[name, found.get(name)]] : []))),
    ...(age === undefined ? {} : { age_seconds: Number(age) }),
  };
}
