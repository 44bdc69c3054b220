import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseRecord } from '../json.ts';
import type { Callers } from '../loopback-guard.ts';
import { listenOnLoopback, readBody } from '../loopback-server.ts';
import { ACTIONS } from './sqs/actions.ts';
import { Queues } from './sqs/queues.ts';
import { Refusal } from './sqs/refusal.ts';

export interface SqsEngineOptions {
  /** Port on loopback; default 0, any free one. */
  readonly port?: number;
  /** @default credentialed */
  readonly callers?: Callers;
}

export interface SqsEngine {
  /** For `AWS_ENDPOINT_URL_SQS`. */
  readonly endpoint: string;
  /** For {@link ACTIONS} within the process. */
  readonly queues: Queues;
  /** Age of the oldest message on a queue, 0 when it is empty; undefined when there is no such queue. */
  oldestMessageAgeMs(queueName: string, nowMs: number): number | undefined;
  stop(): Promise<void>;
}

/**
 * SQS's standard queues in memory: what this project, its suites and an operator's tools use of them. Over HTTP it
 * speaks the JSON protocol, as every SDK and AWS CLI since the end of 2023 does; the older query protocol is refused.
 */
export async function startSqsEngine(options: SqsEngineOptions = {}): Promise<SqsEngine> {
  const queues = new Queues();
  const server = await listenOnLoopback(
    (request, response) => serve(queues, request, response),
    options.port,
    { callers: options.callers ?? 'credentialed' },
  );
  queues.endpoint = server.url;
  return {
    endpoint: server.url,
    queues,
    oldestMessageAgeMs: (queueName, nowMs) => queues.byName.get(queueName)?.oldestAgeMs(nowMs),
    async stop() {
      await server.close();
      queues.close();
    },
  };
}

type Action = (queues: Queues, input: object, gone: AbortSignal) => object | Promise<object>;
const actions: ReadonlyMap<string, Action> = new Map(Object.entries(ACTIONS) as [string, Action][]);

async function serve(queues: Queues, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const body = await readBody(request);
  if (!Buffer.isBuffer(body)) {
    response.destroy();
    return;
  }
  try {
    const name = String(request.headers['x-amz-target']).replace('AmazonSQS.', '');
    const action = actions.get(name);
    const input = parseRecord(body.toString());
    if (action === undefined || input === undefined) {
      throw new Refusal(
        'InvalidAction',
        `The action ${name} is not run locally.`,
        'UnknownOperationException',
      );
    }
    answer(response, 200, await action(queues, input, gone.signal));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    response.setHeader('x-amzn-query-error', `${error.code};Sender`);
    answer(response, 400, { __type: error.type, message: error.message });
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}
