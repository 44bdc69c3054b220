import type { IncomingMessage, ServerResponse } from 'node:http';
import { createRequestHandler } from 'local-aws-sqs';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../identity.ts';
import { isRecord, type JsonRecord, parseRecord } from '../json.ts';
import { LOOPBACK, listenOnLoopback, readBody, replayRequest } from '../loopback-server.ts';
import { QueueBehaviour, type SqsService } from './sqs-queue.ts';
import {
  batchSizeRefusal,
  contentRefusal,
  messageBytes,
  type SqsRefusal,
  sizeRefusal,
} from './sqs-refusal.ts';

const MAX_BATCH_BYTES = 1024 * 1024;

export interface SqsEngineOptions {
  /** Port on loopback; default 0, any free one. */
  readonly port?: number;
}

export interface SqsEngine {
  /** For `AWS_ENDPOINT_URL_SQS`. */
  readonly endpoint: string;
  /** Age of the oldest message on a queue, 0 when it is empty; undefined when there is no such queue. */
  oldestMessageAgeMs(queueName: string, nowMs: number): number | undefined;
  stop(): Promise<void>;
}

/**
 * `local-aws-sqs` in memory, behind a wrapper that restores SQS's behaviour where the engine differs. The
 * wrapper reads the JSON protocol, which every SDK of today and the AWS CLI speak; requests in the old query
 * protocol reach the engine without the rules on content and size.
 */
export async function startSqsEngine(options: SqsEngineOptions = {}): Promise<SqsEngine> {
  const { service, requestHandler } = createRequestHandler({
    port: 0,
    hostname: LOOPBACK,
    region: LOCAL_REGION,
    accountId: LOCAL_ACCOUNT_ID,
  });
  const behaviour = new QueueBehaviour();

  const server = await listenOnLoopback(async (request, response) => {
    const body = await readBody(request);
    if (!Buffer.isBuffer(body)) {
      response.destroy();
      return;
    }
    behaviour.restore(service);
    await handle(request, response, body);
  }, options.port);
  service.PORT = server.port;

  async function handle(request: IncomingMessage, response: ServerResponse, body: Buffer): Promise<void> {
    const action = /^AmazonSQS\.(\w+)$/.exec(String(request.headers['x-amz-target'] ?? ''))?.[1];
    const input = action === undefined ? undefined : parseRecord(body.toString());
    if (action === undefined || input === undefined) {
      await requestHandler(replayRequest(request, body), response);
      return;
    }
    const refusal = requestRefusal(action, input, service, behaviour);
    if (refusal !== undefined) {
      refuse(response, refusal);
      return;
    }
    const failed = action === 'SendMessageBatch' ? takeRefusedEntries(input, service) : [];
    if (failed.length > 0) {
      if (entriesOf(input).length === 0) {
        answer(response, 200, { Failed: failed });
        return;
      }
      mergeFailures(response, failed);
    }
    honourSystemAttributeNames(action, input);
    const replay = replayRequest(request, Buffer.from(JSON.stringify(input)));
    if (action === 'ReceiveMessage') await behaviour.poll(response, () => requestHandler(replay, response));
    else await requestHandler(replay, response);
  }

  return {
    endpoint: server.url,
    oldestMessageAgeMs: (queueName, nowMs) => behaviour.oldestAgeMs(queueName, service, nowMs),
    async stop() {
      await server.close();
      service.resetAll();
    },
  };
}

function requestRefusal(
  action: string,
  input: JsonRecord,
  service: SqsService,
  behaviour: QueueBehaviour,
): SqsRefusal | undefined {
  if (action === 'SendMessage') return messageRefusal(input, queueLimit(input, service));
  if (action === 'SendMessageBatch') {
    const bytes = entriesOf(input).reduce((sum, entry) => sum + messageBytes(entry), 0);
    return batchSizeRefusal(bytes, MAX_BATCH_BYTES);
  }
  const { ReceiptHandle: handle, VisibilityTimeout: timeout } = input;
  if (action !== 'ChangeMessageVisibility' || typeof handle !== 'string' || typeof timeout !== 'number') {
    return undefined;
  }
  return behaviour.visibilityRefusal(handle, timeout);
}

function messageRefusal(message: JsonRecord, maximumBytes: number): SqsRefusal | undefined {
  return contentRefusal(message) ?? sizeRefusal(message, maximumBytes);
}

function queueLimit(input: JsonRecord, service: SqsService): number {
  const name = String(input['QueueUrl'] ?? '')
    .split('/')
    .at(-1);
  return service.Queues.find((queue) => queue.QueueName === name)?.MaximumMessageSize ?? MAX_BATCH_BYTES;
}

/** Removes the entries that SQS would refuse, and gives the `Failed` list for them. */
function takeRefusedEntries(input: JsonRecord, service: SqsService): JsonRecord[] {
  const limit = queueLimit(input, service);
  const kept: JsonRecord[] = [];
  const failed: JsonRecord[] = [];
  for (const entry of entriesOf(input)) {
    const refusal = messageRefusal(entry, limit);
    if (refusal === undefined) kept.push(entry);
    else failed.push({ Id: entry['Id'], Code: refusal.code, Message: refusal.message, SenderFault: true });
  }
  if (failed.length > 0) input['Entries'] = kept;
  return failed;
}

function mergeFailures(response: ServerResponse, failed: readonly JsonRecord[]): void {
  const end = response.end.bind(response);
  response.end = (text: unknown) => {
    const result = typeof text === 'string' ? parseRecord(text) : undefined;
    if (result === undefined || response.statusCode !== 200) return end(text);
    const others = Array.isArray(result['Failed']) ? result['Failed'] : [];
    return end(JSON.stringify({ ...result, Failed: [...others, ...failed] }));
  };
}

/** The engine knows the deprecated parameter only. */
function honourSystemAttributeNames(action: string, input: JsonRecord): void {
  const names = input['MessageSystemAttributeNames'];
  if (action !== 'ReceiveMessage' || !Array.isArray(names)) return;
  const deprecated = Array.isArray(input['AttributeNames']) ? input['AttributeNames'] : [];
  input['AttributeNames'] = [...new Set([...deprecated, ...names])];
}

function entriesOf(input: JsonRecord): JsonRecord[] {
  return Array.isArray(input['Entries']) ? input['Entries'].filter(isRecord) : [];
}

function refuse(response: ServerResponse, refusal: SqsRefusal): void {
  response.setHeader('x-amzn-query-error', `${refusal.code};Sender`);
  answer(response, 400, { __type: refusal.type, message: refusal.message });
}

function answer(response: ServerResponse, status: number, body: JsonRecord): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}
