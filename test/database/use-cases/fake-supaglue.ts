import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';

/** A server that answers as Supaglue's management API does, with what the test has put into it. */
export interface FakeSupaglue {
  readonly url: string;
  /** The newest first. */
  runs: readonly object[];
  connections: readonly object[];
  entityMappings: readonly object[];
  /** Of all that is asked by GET, when it is not 200. */
  readStatus: number;
  triggerStatus: number;
  readonly triggers: { readonly headers: IncomingHttpHeaders; readonly body: unknown }[];
  /** Paths of the questions, in order. */
  readonly questions: string[];
  stop(): Promise<void>;
}

export async function startFakeSupaglue(): Promise<FakeSupaglue> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    if (request.method === 'POST') {
      fake.triggers.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
      return answer(fake.triggerStatus, {});
    }
    fake.questions.push(request.url ?? '');
    if (pathname === '/sync-runs') return answer(fake.readStatus, { results: fake.runs, next: null });
    if (pathname === '/entity_mappings') return answer(fake.readStatus, fake.entityMappings);
    if (/^\/customers\/[^/]+\/connections$/.test(pathname)) return answer(fake.readStatus, fake.connections);
    return answer(404, { errors: [] });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const fake: FakeSupaglue = {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    runs: [],
    connections: [],
    entityMappings: [],
    readStatus: 200,
    triggerStatus: 200,
    triggers: [],
    questions: [],
    async stop() {
      server.closeAllConnections();
      server.close();
    },
  };
  return fake;
}
