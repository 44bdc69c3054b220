import type { Callers } from '../loopback-guard.ts';
import { listenOnLoopback, readBody } from '../loopback-server.ts';
import { createDynalite, wholeRequest } from './dynalite.ts';

export interface DynamoDbEngineOptions {
  /** Port on loopback; default 0, any free one. */
  readonly port?: number;
  /** @default credentialed */
  readonly callers?: Callers;
  /** False: `ReturnValuesOnConditionCheckFailure` is ignored, as dynalite itself does. Default true. */
  readonly returnItemsOnRefusedWrite?: boolean;
}

export interface DynamoDbEngine {
  /** For `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** dynalite in memory. It has neither TTL (nothing expires locally) nor transactions. */
export async function startDynamoDbEngine(options: DynamoDbEngineOptions = {}): Promise<DynamoDbEngine> {
  const engine = createDynalite({
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
    returnItemsOnRefusedWrite: options.returnItemsOnRefusedWrite ?? true,
  });
  const server = await listenOnLoopback(
    async (request, response) => {
      const body = await readBody(request);
      if (!Buffer.isBuffer(body)) response.destroy();
      else engine.emit('request', wholeRequest(request, body), response);
    },
    options.port,
    { callers: options.callers ?? 'credentialed' },
  );
  return { endpoint: server.url, stop: () => server.close() };
}
