import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { finished } from 'node:stream';
import type { RouteModel } from '../assembly/stack-model.ts';
import type { LocalCloudObserver } from '../cloud-events.ts';
import { type LoopbackServer, listenOnLoopback, readBody } from '../loopback-server.ts';
import type { LocalFunction } from '../runtime/local-function.ts';
import {
  FORBIDDEN,
  FUNCTION_FAILED,
  type HttpAnswer,
  NOT_FOUND,
  TIMED_OUT,
  TOO_LARGE,
  toHttpAnswer,
  URL_FUNCTION_FAILED,
} from './http-answer.ts';
import { splitTarget, toHttpEvent } from './http-event.ts';
import { MAX_BODY_BYTES, refusalOf } from './refusal.ts';

/** Over this Lambda refuses the invocation, which a client of the HTTP API sees as a 500. */
const MAX_EVENT_BYTES = 6 * 1024 * 1024;
const TIMEOUTS: GatewayTimeouts = { headersMs: 10_000, requestMs: 30_000, checkMs: 1_000 };

/** A client that dribbles its request is answered 408 and cut off after these. */
export interface GatewayTimeouts {
  /** From the connection's first byte to the end of the headers. */
  readonly headersMs: number;
  /** To the end of the body; also how long the rest of a refused one is read. */
  readonly requestMs: number;
  /** How often connections are looked at. */
  readonly checkMs: number;
}

export interface GatewayOptions {
  readonly routes: readonly RouteModel[];
  functionOf(route: RouteModel): LocalFunction;
  readonly observer: LocalCloudObserver;
  /** 0 for any free port. */
  readonly port: number;
  /** Default 10 s, 30 s and 1 s. */
  readonly timeouts?: GatewayTimeouts;
}

/** An HTTP API, or a function URL, on loopback. Throttling is not run. */
export function startGateway(options: GatewayOptions): Promise<LoopbackServer> {
  const { observer, timeouts = TIMEOUTS } = options;
  return listenOnLoopback(
    async (request, response) => {
      const startedMs = performance.now();
      const requestId = randomUUID();
      const [answer, requestBody] = await answerTo(options, request, requestId);
      if (answer === 'aborted') {
        response.destroy();
        return;
      }
      send(request, response, answer, requestId);
      observer({
        type: 'request-answered',
        requestId,
        method: request.method ?? 'GET',
        path: splitTarget(request.url ?? '/').path,
        status: answer.status,
        durationMs: performance.now() - startedMs,
        requestHeaders: singleHeaders(request),
        requestBody,
        responseBody: answer.body.toString(),
      });
    },
    options.port,
    {
      callers: 'anyone',
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      connectionsCheckingInterval: timeouts.checkMs,
    },
  );
}

async function answerTo(
  options: GatewayOptions,
  request: IncomingMessage,
  requestId: string,
): Promise<readonly [HttpAnswer | 'aborted', body?: Buffer]> {
  const refused = refusalOf(request);
  if (refused !== undefined) return [refused];
  const body = await readBody(request, MAX_BODY_BYTES);
  if (body === 'aborted') return [body];
  if (body === 'too-large') return [TOO_LARGE];
  const { path } = splitTarget(request.url ?? '/');
  const route = findRoute(options.routes, request.method ?? 'GET', path);
  if (route === undefined) return [NOT_FOUND];
  return [await callFunction(options, route, { request, body, requestId, receivedAtMs: Date.now() }), body];
}

function findRoute(routes: readonly RouteModel[], method: string, path: string): RouteModel | undefined {
  const prefixed = (route: RouteModel): string => (route.stage === '$default' ? '' : `/${route.stage}`);
  const matching = (key: string) =>
    routes.find((route) => {
      const [routeMethod, routePath] = route.routeKey.split(' ');
      return routeMethod === key && `${prefixed(route)}${routePath}` === path;
    });
  return matching(method) ?? matching('ANY') ?? routes.find(({ routeKey }) => routeKey === '$default');
}

async function callFunction(
  options: GatewayOptions,
  route: RouteModel,
  received: Parameters<typeof toHttpEvent>[0],
): Promise<HttpAnswer> {
  if (!route.permitted) return route.isUrl ? FORBIDDEN : FUNCTION_FAILED;
  const event = JSON.stringify(toHttpEvent(received, route));
  if (Buffer.byteLength(event) > MAX_EVENT_BYTES) return route.isUrl ? TOO_LARGE : FUNCTION_FAILED;
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<HttpAnswer>((resolve) => {
    timer = setTimeout(() => resolve(TIMED_OUT), route.timeoutMs);
  });
  // A function that is still running when its caller gives up runs on, as on AWS.
  const answered = options
    .functionOf(route)
    .invoke(event)
    .then(({ outcome }) => toHttpAnswer(outcome, route.isUrl ? URL_FUNCTION_FAILED : FUNCTION_FAILED));
  const answer = await Promise.race([answered, timedOut]);
  clearTimeout(timer);
  return answer;
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: HttpAnswer,
  requestId: string,
): void {
  for (const [name, value] of Object.entries(answer.headers)) {
    response.setHeader(name, typeof value === 'string' ? value : [...value]);
  }
  response.setHeader('apigw-requestid', requestId);
  response.setHeader('content-length', answer.body.length);
  if (request.readableEnded) {
    response.writeHead(answer.status);
    response.end(answer.body);
    return;
  }
  // Refused before its end. The answer is whole, but the connection closes only when the client has sent the rest,
  // which is dropped: closed at once, TCP would reset it, and a client that still sends would never see the answer.
  response.setHeader('connection', 'close');
  response.writeHead(answer.status);
  response.write(answer.body);
  finished(request.resume(), () => response.end());
}

function singleHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value ?? []].flat().join(',')]),
  );
}
