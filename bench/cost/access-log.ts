/** What stands in an accepted request's line, as long as the real values are. */
const TYPICAL: Readonly<Record<string, string>> = {
  '$context.requestId': 'JKJaXmPLvHcESHA=',
  '$context.identity.sourceIp': '203.0.113.222',
  '$context.identity.userAgent': 'Svix-Webhooks/1.62.0 (sender-9YMgn; +https://www.svix.com/http-sender/)',
  '$context.routeKey': 'POST /webhooks',
  '$context.status': '200',
  '$context.integrationLatency': '19',
  '$context.integrationErrorMessage': '-',
  '$context.error.message': '-',
};

/**
 * The line that API Gateway writes for an accepted request: the template's own format, filled in.
 *
 * @throws {Error} when the format names a variable whose length is not known here
 */
export function accessLogLine(format: string): string {
  return format.replace(/\$context(?:\.\w+)+/g, (name) => {
    const value = TYPICAL[name];
    if (value === undefined) throw new Error(`the access log has a new variable, ${name}`);
    return value;
  });
}
