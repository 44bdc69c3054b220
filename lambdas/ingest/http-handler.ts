import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { NOT_FOUND, toAnswer } from './answer.ts';
import type { Ingest } from './ingest.ts';
import type { Report } from './report.ts';

/** Kept of the function's time for the answer itself, so that Lambda never has to cut it off. */
export const ANSWER_MARGIN_MS = 1_000;

export type HttpHandler = (
  event: APIGatewayProxyEventV2,
  context: Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>,
) => Promise<APIGatewayProxyStructuredResultV2>;

/** `POST /webhooks`: an HTTP API has matched its route, a function URL hands on whatever comes. */
function routeOf({ routeKey, rawPath, requestContext }: APIGatewayProxyEventV2): string {
  return routeKey === '$default' ? `${requestContext.http.method} ${rawPath}` : routeKey;
}

/**
 * The Lambda handler (payload format 2.0) around the cores.
 *
 * @param routes - route (`POST /webhooks`) → its core; what has none is neither counted nor logged
 */
export function createHttpHandler(routes: ReadonlyMap<string, Ingest>, report: Report): HttpHandler {
  return async (event, context) => {
    const ingest = routes.get(routeOf(event));
    if (ingest === undefined) return NOT_FOUND;
    const { isBase64Encoded } = event;
    const body = event.body ?? '';
    const outcome = await ingest({
      headers: event.headers,
      body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8'),
      // Half a surrogate pair has no bytes of its own: such text is not what was signed.
      text: !isBase64Encoded && body.isWellFormed() ? body : undefined,
      sourceAddress: event.requestContext.http.sourceIp,
      budgetMs: context.getRemainingTimeInMillis() - ANSWER_MARGIN_MS,
    });
    const { requestId } = event.requestContext;
    report(outcome, { requestId, invocationId: context.awsRequestId });
    return toAnswer(outcome.code, requestId);
  };
}
