import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import { type Callers, callerRefusal } from './loopback-guard.ts';

export const LOOPBACK = '127.0.0.1';

const CODE = 'UnrecognizedClientException';

export interface LoopbackServer {
  readonly port: number;
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** Ends idle connections at once and the rest after `graceMs` (default 0). */
  close(graceMs?: number): Promise<void>;
}

export type LoopbackListener = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

export interface LoopbackOptions extends ServerOptions {
  /** @default programs */
  readonly callers?: Callers;
}

/**
 * Listens on loopback only, and answers nobody else than `callers`.
 *
 * @param port - 0 for any free one
 * @throws {Error} with `code` EADDRINUSE when the port is taken
 */
export async function listenOnLoopback(
  listener: LoopbackListener,
  port = 0,
  { callers = 'programs', ...options }: LoopbackOptions = {},
): Promise<LoopbackServer> {
  const server = createServer(options, async (request, response) => {
    const refusal = callerRefusal(request, request.socket.localPort, callers);
    if (refusal !== undefined) {
      refuse(request, response, refusal, callers);
      return;
    }
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

/** In the words of AWS's protocols, so that the SDKs and the AWS CLI show the reason; to a person as it is. */
function refuse(request: IncomingMessage, response: ServerResponse, reason: string, callers: Callers): void {
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  const [type, body] =
    callers === 'own-pages'
      ? ['text/plain', reason]
      : isForm
        ? [
            'text/xml',
            `<ErrorResponse><Error><Code>${CODE}</Code><Message>${reason}</Message></Error></ErrorResponse>`,
          ]
        : ['application/json', JSON.stringify({ __type: CODE, message: reason })];
  response.writeHead(403, {
    'content-type': type,
    'x-amzn-errortype': CODE,
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
  request.resume();
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
