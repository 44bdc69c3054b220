import { listenOnLoopback, readBody } from '../loopback-server.ts';
import type { Service, ServiceOptions } from '../services/service.ts';
import { createDynalite, wholeRequest } from './dynalite.ts';

export interface DynamoDbEngineOptions extends ServiceOptions {
  /** False: `ReturnValuesOnConditionCheckFailure` is ignored, as dynalite itself does. @default true */
  readonly returnItemsOnRefusedWrite?: boolean;
}

/** dynalite in memory. It has neither TTL (nothing expires locally) nor transactions. */
export async function startDynamoDbEngine(options: DynamoDbEngineOptions = {}): Promise<Service> {
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
