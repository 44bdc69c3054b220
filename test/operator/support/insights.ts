import { type LoopbackServer, listenOnLoopback, readBody } from '../../../local/loopback-server.ts';

/** Stands for CloudWatch Logs: its JSON protocol, with answers that a test chooses. */
export interface Insights extends Pick<LoopbackServer, 'close'> {
  readonly calls: { readonly action: string; readonly input: Record<string, unknown> }[];
  /** Action → its next answers. */
  answers: Record<string, (readonly [status: number, body: object])[]>;
  /** What the next query finds, at its third asking. */
  finds(...rows: readonly Readonly<Record<string, string>>[]): void;
}

/** The SDK's clients of this process find it by themselves. */
export async function startInsights(): Promise<Insights> {
  const calls: Insights['calls'] = [];
  const logs = await listenOnLoopback(async (request, response) => {
    const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    calls.push({ action, input: JSON.parse(String(await readBody(request))) });
    const [status, body] = insights.answers[action]?.shift() ?? [500, {}];
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  const insights: Insights = {
    calls,
    answers: {},
    finds(...rows) {
      const results = rows.map((row) =>
        Object.entries({ ...row, '@ptr': 'x' }).map(([field, value]) => ({ field, value })),
      );
      insights.answers = {
        StartQuery: [[200, { queryId: 'query-1' }]],
        GetQueryResults: [
          [200, { status: 'Scheduled' }],
          [200, { status: 'Running', results: [] }],
          [200, { status: 'Complete', results }],
        ],
      };
    },
    close: () => logs.close(),
  };
  return insights;
}
