/** `as-deployed`: metrics and access log; `platform-info`: with Lambda's lines of each invocation besides. */
export const LOGGINGS = ['as-deployed', 'platform-info', 'no-access-log'] as const;
export type Logging = (typeof LOGGINGS)[number];

/**
 * What Lambda itself writes of an invocation at system log level INFO, in JSON; the stack asks for WARN. Form:
 * https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html
 */
const LINES = [
  {
    time: '2026-11-24T08:41:08.046Z',
    type: 'platform.start',
    record: { requestId: '8286a188-ba32-4475-8077-530cd35c09a9', version: '$LATEST' },
  },
  {
    time: '2026-11-24T08:41:08.071Z',
    type: 'platform.report',
    record: {
      requestId: '8286a188-ba32-4475-8077-530cd35c09a9',
      metrics: { durationMs: 24.318, billedDurationMs: 25, memorySizeMB: 512, maxMemoryUsedMB: 118 },
      status: 'success',
    },
  },
].map((line) => JSON.stringify(line));

/** @param overheadBytes - what CloudWatch adds to each line */
export function platformBytes(overheadBytes: number): number {
  return LINES.reduce((sum, line) => sum + line.length + overheadBytes, 0);
}
