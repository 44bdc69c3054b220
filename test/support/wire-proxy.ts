import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WireCall {
  /** Name of the AWS operation, such as `UpdateItem`. */
  readonly operation: string;
  readonly body: string;
  /** The SDK's second try, and so on: its own clock had run out, which on a busy machine is nobody's mistake. */
  readonly isRetry: boolean;
  /** The caller's clock ran out before the answer: it calls again, or gives up. */
  isAbandoned: boolean;
}

export interface WireProxy {
  readonly endpoint: string;
  /** Where calls go; to be called before the first one comes. */
  forwardTo(endpoint: string): void;
  /** Every call that came through, oldest first. */
  readonly calls: WireCall[];
  stop(): Promise<void>;
}

export interface WireProxyOptions {
  /** Called before a call is forwarded; `drop` ends the connection without forwarding it. */
  readonly intercept?: (call: WireCall) => 'drop' | 'forward' | Promise<'drop' | 'forward'>;
}

/**
 * Stands between a function and an engine, on loopback, and sees what really goes over the wire. It keeps its own side
 * of each connection open and none to the engine: one that is closed just as it is used again would be a call more.
 */
export async function startWireProxy({
  intercept = () => 'forward',
}: WireProxyOptions = {}): Promise<WireProxy> {
  let target: URL | undefined;
  const calls: WireCall[] = [];
  const server = createServer({ keepAliveTimeout: 0 }, (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', async () => {
      const body = Buffer.concat(chunks);
      const call = {
        operation: operationOf(incoming.headers),
        body: body.toString('utf8'),
        isRetry: !String(incoming.headers['amz-sdk-request'] ?? 'attempt=1').includes('attempt=1'),
        isAbandoned: false,
      };
      calls.push(call);
      outgoing.once('close', () => {
        call.isAbandoned = !outgoing.writableFinished;
      });
      if (target === undefined || (await intercept(call)) === 'drop') {
        incoming.socket.destroy();
        return;
      }
      const forwarded = request(
        {
          host: target.hostname,
          port: target.port,
          path: incoming.url,
          method: incoming.method,
          headers: { ...incoming.headers, host: target.host },
          agent: false,
        },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      forwarded.on('error', () => outgoing.destroy());
      forwarded.end(body);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    forwardTo(endpoint) {
      target = new URL(endpoint);
    },
    calls,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function operationOf(headers: IncomingHttpHeaders): string {
  return String(headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1) as string;
}
