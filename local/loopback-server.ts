import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';

export const LOOPBACK = '127.0.0.1';

export interface LoopbackServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** Ends idle connections at once and the rest after `graceMs` (default 0). */
  close(graceMs?: number): Promise<void>;
}

export type LoopbackListener = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/**
 * Listens on loopback only.
 *
 * @param port - 0 for any free one
 * @throws {Error} with `code` EADDRINUSE when the port is taken
 */
export async function listenOnLoopback(
  listener: LoopbackListener,
  port = 0,
  options: ServerOptions = {},
): Promise<LoopbackServer> {
  const server = createServer(options, async (request, response) => {
    try {
      await listener(request, response);
    } catch (error) {
      // A fault of the local cloud itself: whoever asked shall see it.
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    }
  });
  // Over its default of 2,000 Node drops headers without a word. Their size is limited all the same.
  server.maxHeadersCount = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    port: address.port,
    url: `http://${LOOPBACK}:${address.port}`,
    close: (graceMs = 0) => closeServer(server, graceMs),
  };
}

async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const force = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(force);
}

/** The whole body; `aborted` when the client went away before its end, `too-large` once it is over the limit. */
export function readBody(
  request: IncomingMessage,
  limitBytes = Number.POSITIVE_INFINITY,
): Promise<Buffer | 'aborted' | 'too-large'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limitBytes) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      resolve('too-large');
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', () => resolve('aborted'));
    request.once('close', () => resolve('aborted'));
  });
}
