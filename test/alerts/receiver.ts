import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: string;
}

export type Answer = (response: ServerResponse, request: ReceivedRequest) => void;

/** Stands for PagerDuty or Slack, on loopback. */
export interface AlertReceiver {
  readonly url: string;
  readonly requests: ReceivedRequest[];
  /** The answers to come, first to last; 200 when there is none. */
  readonly answers: Answer[];
  /** Resolves with the next request, before it is answered. */
  next(): Promise<unknown>;
  stop(): Promise<void>;
}

export function answer(status: number, body = '', headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(body);
}

export async function startAlertReceiver(): Promise<AlertReceiver> {
  const requests: ReceivedRequest[] = [];
  const answers: Answer[] = [];
  const server = createServer(async (incoming: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const request = {
      path: incoming.url ?? '',
      contentType: incoming.headers['content-type'],
      body: Buffer.concat(chunks).toString('utf8'),
    };
    requests.push(request);
    server.emit('received');
    (answers.shift() ?? answer(200, 'ok'))(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answers,
    next: () => once(server, 'received'),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
