import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FunctionModel } from '../assembly/stack-model.ts';
import { type JsonRecord, parseRecord } from '../json.ts';
import { listenOnLoopback, readBody } from '../loopback-server.ts';
import type { Poller } from '../poller/poller.ts';
import { functionConfiguration, LambdaMapping } from './lambda-resources.ts';

export interface Lambda {
  /** For `AWS_ENDPOINT_URL_LAMBDA`. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

export interface LambdaOptions {
  /** With the newest code, at the time of the call. */
  functions(): readonly FunctionModel[];
  readonly pollers: readonly Poller[];
  /** The function's own variables; the endpoints of the local cloud are left out, as they are on AWS. */
  variablesOf(definition: FunctionModel): Readonly<Record<string, string>>;
}

const MAPPINGS_PATH = /^\/2015-03-31\/event-source-mappings\/?([^/]*)$/;
const CONFIGURATION_PATH = /^\/2015-03-31\/functions\/([^/]+)\/configuration$/;

/**
 * ListEventSourceMappings, GetEventSourceMapping, UpdateEventSourceMapping (`Enabled` alone) and
 * GetFunctionConfiguration of Lambda. Enabling and disabling drive the pollers.
 */
export async function startLambda(options: LambdaOptions): Promise<Lambda> {
  const mappings = options.pollers.map((poller) => new LambdaMapping(poller));

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, name] = CONFIGURATION_PATH.exec(url.pathname) ?? [];
    if (name !== undefined && request.method === 'GET') {
      configuration(response, decodeURIComponent(name));
      return;
    }
    const [, uuid] = MAPPINGS_PATH.exec(url.pathname) ?? [];
    if (uuid === undefined) refuse(response, 404, 'UnknownOperationException', 'not run locally');
    else if (uuid === '') list(response, request.method, url.searchParams);
    else
      one(response, request.method, uuid, Buffer.isBuffer(body) ? parseRecord(body.toString()) : undefined);
  }

  function configuration(response: ServerResponse, nameOrArn: string): void {
    const found = options.functions().find(({ name, arn }) => name === nameOrArn || arn === nameOrArn);
    if (found === undefined)
      refuse(response, 404, 'ResourceNotFoundException', `Function not found: ${nameOrArn}`);
    else answer(response, 200, functionConfiguration(found, options.variablesOf(found)));
  }

  function list(response: ServerResponse, method: string | undefined, query: URLSearchParams): void {
    if (method !== 'GET') {
      refuse(response, 404, 'UnknownOperationException', 'mappings come from the template alone');
      return;
    }
    const fitting = mappings.filter((mapping) =>
      mapping.fits(query.get('EventSourceArn') ?? undefined, query.get('FunctionName') ?? undefined),
    );
    answer(response, 200, { EventSourceMappings: fitting.map((mapping) => mapping.describe()) });
  }

  function one(
    response: ServerResponse,
    method: string | undefined,
    uuid: string,
    input: JsonRecord | undefined,
  ): void {
    const mapping = mappings.find((candidate) => candidate.uuid === uuid);
    if (mapping === undefined) {
      refuse(response, 404, 'ResourceNotFoundException', 'The resource you requested does not exist.');
    } else if (method === 'GET') {
      answer(response, 200, mapping.describe());
    } else if (method === 'PUT') {
      update(response, mapping, input);
    } else {
      refuse(response, 404, 'UnknownOperationException', 'not run locally');
    }
  }

  const server = await listenOnLoopback(handle, 0, { callers: 'credentialed' });
  return { endpoint: server.url, stop: () => server.close() };
}

function update(response: ServerResponse, mapping: LambdaMapping, input: JsonRecord | undefined): void {
  const { Enabled: enabled, ...others } = input ?? {};
  if (typeof enabled !== 'boolean' || Object.keys(others).length > 0) {
    refuse(response, 400, 'InvalidParameterValueException', 'only Enabled can be changed locally');
  } else if (mapping.isChanging) {
    refuse(
      response,
      400,
      'ResourceInUseException',
      'Cannot update the event source mapping because it is in use.',
    );
  } else {
    mapping.setEnabled(enabled);
    answer(response, 202, mapping.describe());
  }
}

function refuse(response: ServerResponse, status: number, type: string, message: string): void {
  response.setHeader('x-amzn-errortype', type);
  answer(response, status, { Type: 'User', Message: message });
}

function answer(response: ServerResponse, status: number, body: JsonRecord): void {
  response.writeHead(status, { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID() });
  response.end(JSON.stringify(body));
}
