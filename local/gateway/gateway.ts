import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RouteModel } from '../assembly/stack-model.ts';
import type { LocalCloudObserver } from '../cloud-events.ts';
import { type LoopbackServer, listenOnLoopback, readBody } from '../loopback-server.ts';
import type { LocalFunction } from '../runtime/local-function.ts';
import {
  FUNCTION_FAILED,
  type HttpAnswer,
  NOT_FOUND,
  TIMED_OUT,
  TOO_LARGE,
  toHttpAnswer,
} from './http-answer.ts';
import { splitTarget, toHttpEvent } from './http-event.ts';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
/** Over this Lambda refuses the invocation, which the client sees as a 500. */
const MAX_EVENT_BYTES = 6 * 1024 * 1024;
/** A client that dribbles its request is cut off after these. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;

export interface GatewayOptions {
  readonly routes: readonly RouteModel[];
  functionOf(route: RouteModel): LocalFunction;
  readonly observer: LocalCloudObserver;
  /** 0 for any free port. */
  readonly port: number;
}

/** The HTTP API of the stack on loopback. Throttling is not run. */
export function startGateway(options: GatewayOptions): Promise<LoopbackServer> {
  const { routes, observer } = options;
  return listenOnLoopback(
    async (request, response) => {
      const startedMs = performance.now();
      const requestId = randomUUID();
      const path = splitTarget(request.url ?? '/').path;
      const route = findRoute(routes, request.method ?? 'GET', path);
      const body = await readBody(request, MAX_BODY_BYTES);
      if (body === 'aborted') {
        response.destroy();
        return;
      }
      const answer =
        body === 'too-large'
          ? TOO_LARGE
          : route === undefined
            ? NOT_FOUND
            : await callFunction(options, route, { request, body, requestId, receivedAtMs: Date.now() });
      // What is left of an oversized body is not waited for.
      send(response, answer, requestId, body === 'too-large');
      observer({
        type: 'request-answered',
        requestId,
        method: request.method ?? 'GET',
        path,
        status: answer.status,
        durationMs: performance.now() - startedMs,
        requestHeaders: singleHeaders(request),
        responseBody: answer.body.toString(),
      });
    },
    options.port,
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: 1_000,
    },
  );
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
  if (!route.permitted) return FUNCTION_FAILED;
  const event = JSON.stringify(toHttpEvent(received, route));
  if (Buffer.byteLength(event) > MAX_EVENT_BYTES) return FUNCTION_FAILED;
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<HttpAnswer>((resolve) => {
    timer = setTimeout(() => resolve(TIMED_OUT), route.timeoutMs);
  });
  // A function that is still running when its caller gives up runs on, as on AWS.
  const answered = options
    .functionOf(route)
    .invoke(event)
    .then(({ outcome }) => toHttpAnswer(outcome));
  const answer = await Promise.race([answered, timedOut]);
  clearTimeout(timer);
  return answer;
}

function send(response: ServerResponse, answer: HttpAnswer, requestId: string, close: boolean): void {
  for (const [name, value] of Object.entries(answer.headers)) {
    response.setHeader(name, typeof value === 'string' ? value : [...value]);
  }
  response.setHeader('apigw-requestid', requestId);
  response.setHeader('content-length', answer.body.length);
  if (close) response.setHeader('connection', 'close');
  response.writeHead(answer.status);
  response.end(answer.body);
}

function singleHeaders(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, [value ?? []].flat().join(',')]),
  );
}
