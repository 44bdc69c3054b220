import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { RouteModel } from '../assembly/stack-model.ts';
import { LOCAL_ACCOUNT_ID } from '../identity.ts';

export interface ReceivedRequest {
  readonly request: IncomingMessage;
  readonly body: Buffer;
  readonly requestId: string;
  readonly receivedAtMs: number;
}

/**
 * The event of payload format 2.0.
 *
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function toHttpEvent(received: ReceivedRequest, route: RouteModel): APIGatewayProxyEventV2 {
  const { request, body } = received;
  const { path, query } = splitTarget(request.url ?? '/');
  const sourceIp = request.socket.remoteAddress ?? '127.0.0.1';
  const { headers, cookies } = headersOf(request, sourceIp);
  const parameters = queryParameters(query);
  const text = isText(headers['content-type']);
  const host = headers['host'] ?? '';
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length === 0 ? {} : { cookies }),
    headers,
    ...(parameters === undefined ? {} : { queryStringParameters: parameters }),
    requestContext: {
      accountId: LOCAL_ACCOUNT_ID,
      apiId: route.apiId,
      domainName: host,
      domainPrefix: host.split('.')[0] ?? '',
      http: {
        method: request.method ?? 'GET',
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: received.requestId,
      routeKey: route.routeKey,
      stage: route.stage,
      time: commonLogTime(received.receivedAtMs),
      timeEpoch: received.receivedAtMs,
    },
    // Text that is not valid UTF-8 is decoded with replacement characters, and its bytes are lost.
    ...(body.length === 0 ? {} : { body: body.toString(text ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !text,
  };
}

/** The path as it was sent, and the query without its question mark. */
export function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf('?');
  return mark < 0
    ? { path: target, query: '' }
    : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** Content types whose bodies API Gateway hands on as text; all others arrive in base64. */
function isText(contentType: string | undefined): boolean {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return (
    type.startsWith('text/') ||
    ['application/json', 'application/xml', 'application/javascript'].includes(type)
  );
}

/** Names in lower case, values of the same name joined with commas, cookies apart. */
function headersOf(request: IncomingMessage, sourceIp: string) {
  const headers = new Map<string, string>();
  const cookies: string[] = [];
  for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
    const name = (request.rawHeaders[index] ?? '').toLowerCase();
    const value = request.rawHeaders[index + 1] ?? '';
    if (name === 'cookie') cookies.push(...value.split(/;\s*/));
    else if (name !== 'connection' && name !== 'transfer-encoding') addJoined(headers, name, value);
  }
  addJoined(headers, 'x-forwarded-for', sourceIp);
  headers.set('x-forwarded-proto', 'http');
  headers.set('x-forwarded-port', String(request.socket.localPort ?? ''));
  return { headers: Object.fromEntries(headers), cookies };
}

/** On a map: a header or parameter may be called `constructor` or `__proto__`. */
function addJoined(values: Map<string, string>, name: string, value: string): void {
  const before = values.get(name);
  values.set(name, before === undefined ? value : `${before},${value}`);
}

function queryParameters(query: string): Record<string, string> | undefined {
  if (query === '') return undefined;
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) addJoined(parameters, name, value);
  return Object.fromEntries(parameters);
}

/** `12/Mar/2026:19:03:58 +0000` */
function commonLogTime(epochMs: number): string {
  const [, day, month, year, time] = new Date(epochMs).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
