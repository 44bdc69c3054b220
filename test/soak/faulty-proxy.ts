import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { listenOnLoopback, readBody } from '../../local/loopback-server.ts';
import type { WireFault } from './fault-log.ts';

export interface WireCall {
  /** Name of the AWS operation, such as `UpdateItem`. */
  readonly operation: string;
  readonly body: Buffer;
}

export interface FaultyProxy {
  readonly endpoint: string;
  /** The engine that calls go to; to be called before the first one comes. */
  forwardTo(engine: string): void;
  stop(): Promise<void>;
}

/**
 * Stands between the functions and an engine, and does to a call what `faultOf` says: the request never reaches the
 * engine, or its answer never comes back, cut off or awaited in vain.
 */
export async function startFaultyProxy(
  faultOf: (call: WireCall) => WireFault | undefined,
): Promise<FaultyProxy> {
  const agent = new Agent({ keepAlive: true });
  let engine: URL | undefined;
  const server = await listenOnLoopback(async (incoming, outgoing) => {
    const body = await readBody(incoming);
    if (!Buffer.isBuffer(body) || engine === undefined) {
      outgoing.destroy();
      return;
    }
    const fault = faultOf({ operation: operationOf(incoming.headers), body });
    if (fault === 'request dropped') {
      incoming.socket.resetAndDestroy();
      return;
    }
    const answer = await forward(incoming, body, engine, agent).catch(() => undefined);
    // The client's own timeout ends what is withheld.
    if (fault === 'answer withheld') return;
    if (fault === 'answer dropped' || answer === undefined) {
      incoming.socket.destroy();
      return;
    }
    outgoing.writeHead(answer.status, answer.headers);
    outgoing.end(answer.body);
  });
  return {
    endpoint: server.url,
    forwardTo(url) {
      engine = new URL(url);
    },
    async stop() {
      agent.destroy();
      await server.close();
    },
  };
}

interface EngineAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

function forward(incoming: IncomingMessage, body: Buffer, engine: URL, agent: Agent): Promise<EngineAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port, host } = engine;
    const { url: path, method } = incoming;
    const headers = { ...incoming.headers, host };
    const forwarded = request({ hostname, port, path, method, headers, agent }, async (answer) => {
      const received = await readBody(answer);
      if (!Buffer.isBuffer(received)) reject(new Error('the engine ended in the middle of its answer'));
      else resolve({ status: answer.statusCode ?? 502, headers: answer.headers, body: received });
    });
    forwarded.once('error', reject);
    forwarded.end(body);
  });
}

function operationOf(headers: IncomingHttpHeaders): string {
  return (
    String(headers['x-amz-target'] ?? '')
      .split('.')
      .at(-1) ?? ''
  );
}
