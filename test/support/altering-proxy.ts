import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, unknown>;

export interface AlteredCall {
  /** Name of the AWS operation, such as `SendMessageBatch`. */
  readonly operation: string;
  readonly input: Json;
}

export interface AlteringProxy {
  readonly endpoint: string;
  /** Every call that came, oldest first. */
  readonly calls: AlteredCall[];
  stop(): Promise<void>;
}

/**
 * Stands before an engine that speaks AWS's JSON protocol, and answers in its place where `answer` says so.
 *
 * @param forward - hands a call on to the engine, its input changed or not
 */
export async function startAlteringProxy(
  engine: string,
  answer: (call: AlteredCall, forward: (input?: Json) => Promise<Json>) => Promise<Json>,
): Promise<AlteringProxy> {
  const calls: AlteredCall[] = [];
  const server = createServer({ keepAliveTimeout: 0 }, async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const target = String(incoming.headers['x-amz-target'] ?? '');
    const call = {
      operation: target.split('.').at(-1) ?? '',
      input: JSON.parse(Buffer.concat(chunks).toString()),
    };
    calls.push(call);
    const forward = async (input: Json = call.input): Promise<Json> => {
      const answered = await fetch(engine, {
        method: 'POST',
        headers: {
          'content-type': String(incoming.headers['content-type']),
          'x-amz-target': target,
          'x-amz-date': String(incoming.headers['x-amz-date']),
          authorization: String(incoming.headers.authorization),
        },
        body: JSON.stringify(input),
      });
      const text = await answered.text();
      if (!answered.ok) throw new EngineError(answered.status, text);
      return JSON.parse(text === '' ? '{}' : text);
    };
    const result = await answer(call, forward).then(
      (json) => ({ status: 200, text: JSON.stringify(json) }),
      (error: unknown) => {
        if (error instanceof EngineError) return { status: error.status, text: error.message };
        return undefined;
      },
    );
    if (result === undefined) {
      incoming.socket.destroy();
      return;
    }
    outgoing.writeHead(result.status, { 'content-type': 'application/x-amz-json-1.0' });
    outgoing.end(result.text);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** An error answer, of the engine or of the test in its place. */
export class EngineError extends Error {
  readonly status: number;
  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

/** A batch of which the entries that `fails` picks fail, without reaching the engine. */
export async function failEntries(
  call: AlteredCall,
  forward: (input?: Json) => Promise<Json>,
  fails: (entry: Json) => { readonly Code: string; readonly SenderFault: boolean } | undefined,
): Promise<Json> {
  const entries = call.input['Entries'] as readonly Json[];
  const failed = entries.flatMap((entry) => {
    const failure = fails(entry);
    return failure === undefined ? [] : [{ Id: entry['Id'], Message: 'failed by the test', ...failure }];
  });
  const kept = entries.filter(({ Id }) => !failed.some((failure) => failure.Id === Id));
  const answered = kept.length === 0 ? {} : await forward({ ...call.input, Entries: kept });
  const others = (answered['Failed'] ?? []) as readonly Json[];
  return { ...answered, Failed: [...others, ...failed] };
}
