/**
 * A CloudWatch Logs Insights query for everything that ingest and consumer logged about an event.
 *
 * @param eventId - of `EVENT_ID_PATTERN`, so that it needs no quoting
 */
export function logsQuery(eventId: string): string {
  return [
    'fields @timestamp, service, level, message, handler, attempt, reason, code, @log',
    `| filter event_id = "${eventId}"`,
    '| sort @timestamp asc',
    '| limit 1000',
  ].join('\n');
}
