import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LOOPBACK, readBody } from '../../local/loopback-server.ts';
import type { RunReport } from './run-report.ts';

/** Runs of one handler for one event. Epoch milliseconds, in the order in which they were told. */
export interface HandlerRuns {
  readonly startsMs: number[];
  readonly effectsMs: number[];
}

export type RunsByHandler = ReadonlyMap<string, HandlerRuns>;

/** Counts what handlers did, outside of the workers that are killed. */
export interface EffectCounter {
  readonly url: string;
  readonly runs: ReadonlyMap<string, RunsByHandler>;
  /** Of all handlers and events. */
  readonly effects: number;
  stop(): Promise<void>;
}

export async function startEffectCounter(): Promise<EffectCounter> {
  const runs = new Map<string, Map<string, HandlerRuns>>();
  let effects = 0;
  const count = ({ phase, event_id, handler, at_ms }: RunReport): void => {
    const ofEvent = runs.get(event_id) ?? new Map<string, HandlerRuns>();
    const ofHandler = ofEvent.get(handler) ?? { startsMs: [], effectsMs: [] };
    runs.set(event_id, ofEvent.set(handler, ofHandler));
    if (phase === 'start') {
      ofHandler.startsMs.push(at_ms);
      return;
    }
    ofHandler.effectsMs.push(at_ms);
    effects += 1;
  };
  const server = createServer(
    // A connection that was closed here while a handler wrote to it would fail the handler after its effect.
    { keepAliveTimeout: 0 },
    async (request, response) => {
      const body = await readBody(request);
      if (!Buffer.isBuffer(body)) return;
      // What a worker told in its last moment counts, whether it hears the answer or not.
      count(JSON.parse(body.toString()) as RunReport);
      response.writeHead(204).end();
    },
  );
  await new Promise<void>((resolve) => {
    server.listen(0, LOOPBACK, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${LOOPBACK}:${port}`,
    runs,
    get effects() {
      return effects;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
