import { type JsonRecord, parseRecord } from '../json.ts';
import type { Callers } from '../loopback-guard.ts';
import { type LoopbackOptions, listenOnLoopback, readBody } from '../loopback-server.ts';

/** A stand-in for one of AWS's services. */
export interface Service {
  /** For the service's `AWS_ENDPOINT_URL_…`. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** Why a call is refused, in the service's own words. */
export class ServiceError extends Error {
  readonly type: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(type: string, message: string, status = 400, headers = {}) {
    super(message);
    this.type = type;
    this.status = status;
    this.headers = headers;
  }
}

/** @param gone - aborts when the caller has gone */
type Action = (input: JsonRecord, gone: AbortSignal) => object | Promise<object>;

export interface ServiceOptions extends LoopbackOptions {
  /** On loopback. @default 0, any free one */
  readonly port?: number;
  /** @default credentialed */
  readonly callers?: Callers;
}

/** A service of the JSON protocol, whose actions are called by their names. What they cannot do, they throw. */
export async function startJsonService(
  name: string,
  actions: Readonly<Record<string, Action>>,
  { port, ...options }: ServiceOptions = {},
): Promise<Service> {
  const known = new Map(Object.entries(actions));
  const server = await listenOnLoopback(
    async (request, response) => {
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const body = await readBody(request);
      if (!Buffer.isBuffer(body)) {
        response.destroy();
        return;
      }
      const answer = (status: number, content: object, headers = {}) => {
        const type = request.headers['content-type'] ?? 'application/x-amz-json-1.1';
        response.writeHead(status, { ...headers, 'content-type': type }).end(JSON.stringify(content));
      };
      try {
        const called = /\.(\w+)$/.exec(String(request.headers['x-amz-target'] ?? ''))?.[1] ?? 'such call';
        const action = known.get(called);
        const input = parseRecord(body.toString());
        if (action === undefined || input === undefined) {
          throw new ServiceError('UnknownOperationException', `the local ${name} has no ${called}`);
        }
        answer(200, await action(input, gone.signal));
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        answer(error.status, { __type: error.type, message: error.message }, error.headers);
      }
    },
    port,
    { callers: 'credentialed', ...options },
  );
  return { endpoint: server.url, stop: () => server.close() };
}
