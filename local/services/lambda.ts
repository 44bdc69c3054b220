import { randomUUID } from 'node:crypto';
import type { FunctionModel } from '../assembly/stack-model.ts';
import { type JsonRecord, parseRecord } from '../json.ts';
import { listenOnLoopback, readBody } from '../loopback-server.ts';
import type { Poller } from '../poller/poller.ts';
import type { LocalFunction } from '../runtime/local-function.ts';
import { functionConfiguration, LambdaMapping } from './lambda-resources.ts';
import { type Service, ServiceError } from './service.ts';

export interface LambdaOptions {
  /** With the newest code, at the time of the call. */
  functions(): readonly FunctionModel[];
  readonly pollers: readonly Poller[];
  functionOf(nameOrArn: string): LocalFunction | undefined;
  /** The function's own variables; the endpoints of the local cloud are left out, as they are on AWS. */
  variablesOf(definition: FunctionModel): Readonly<Record<string, string>>;
}

const MAPPINGS_PATH = /^\/2015-03-31\/event-source-mappings\/?([^/]*)$/;
const INVOCATIONS_PATH = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
const NOT_FOUND = 'ResourceNotFoundException';
const CONFIGURATION_PATH = /^\/2015-03-31\/functions\/([^/]+)\/configuration$/;

/**
 * Invoke, ListEventSourceMappings, GetEventSourceMapping, UpdateEventSourceMapping (`Enabled` alone) and
 * GetFunctionConfiguration of Lambda. Enabling and disabling drive the pollers.
 */
export async function startLambda(options: LambdaOptions): Promise<Service> {
  const mappings = options.pollers.map((poller) => new LambdaMapping(poller));

  function call(method: string | undefined, url: URL, input: JsonRecord | undefined): JsonRecord {
    const [, name] = CONFIGURATION_PATH.exec(url.pathname) ?? [];
    if (name !== undefined && method === 'GET') return configuration(decodeURIComponent(name));
    const [, uuid] = MAPPINGS_PATH.exec(url.pathname) ?? [];
    if (uuid === '' && method === 'GET') {
      const { EventSourceArn, FunctionName } = Object.fromEntries(url.searchParams);
      const fitting = mappings.filter((mapping) => mapping.fits(EventSourceArn, FunctionName));
      return { EventSourceMappings: fitting.map((mapping) => mapping.describe()) };
    }
    // Mappings come from the template alone.
    if (!uuid || !['GET', 'PUT'].includes(method ?? '')) {
      throw new ServiceError('UnknownOperationException', 'not run locally', 404);
    }
    const mapping = mappings.find((candidate) => candidate.uuid === uuid);
    if (mapping === undefined) {
      throw new ServiceError(NOT_FOUND, 'The resource you requested does not exist.', 404);
    }
    if (method === 'PUT') update(mapping, input);
    return mapping.describe();
  }

  function configuration(nameOrArn: string): JsonRecord {
    const found = options.functions().find(({ name, arn }) => name === nameOrArn || arn === nameOrArn);
    if (found === undefined) throw new ServiceError(NOT_FOUND, `Function not found: ${nameOrArn}`, 404);
    return functionConfiguration(found, options.variablesOf(found));
  }

  const server = await listenOnLoopback(
    async (request, response) => {
      const body = await readBody(request);
      const input = Buffer.isBuffer(body) ? parseRecord(body.toString()) : undefined;
      response.setHeader('content-type', 'application/json');
      response.setHeader('x-amzn-requestid', randomUUID());
      try {
        const url = new URL(request.url ?? '/', 'http://localhost');
        const [, name = ''] = INVOCATIONS_PATH.exec(url.pathname) ?? [];
        const invoked = name === '' ? undefined : options.functionOf(decodeURIComponent(name));
        if (invoked !== undefined) {
          const { outcome } = await invoked.invoke(String(body));
          if (!outcome.ok) response.setHeader('x-amz-function-error', 'Unhandled');
          response.end(outcome.ok ? outcome.payload : JSON.stringify(outcome.error));
          return;
        }
        const answer = call(request.method, url, input);
        response.writeHead(request.method === 'PUT' ? 202 : 200).end(JSON.stringify(answer));
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        response.writeHead(error.status, { 'x-amzn-errortype': error.type });
        response.end(JSON.stringify({ Type: 'User', Message: error.message }));
      }
    },
    0,
    { callers: 'credentialed' },
  );
  return { endpoint: server.url, stop: () => server.close() };
}

function update(mapping: LambdaMapping, input: JsonRecord = {}): void {
  const { Enabled: enabled, ...others } = input;
  if (typeof enabled !== 'boolean' || Object.keys(others).length > 0) {
    throw new ServiceError('InvalidParameterValueException', 'only Enabled can be changed locally');
  }
  if (mapping.isChanging) {
    const message = 'Cannot update the event source mapping because it is in use.';
    throw new ServiceError('ResourceInUseException', message);
  }
  mapping.setEnabled(enabled);
}
