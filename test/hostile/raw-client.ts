import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { LOOPBACK } from '../../local/loopback-server.ts';

export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A TCP connection that sends whatever a test wants, and reads answers as HTTP/1.1. */
export class RawConnection {
  readonly socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #over = false;
  /** The server, or its system, has reset the connection. */
  wasReset = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('error', () => {
      this.wasReset = true;
    });
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
    });
    for (const last of ['end', 'close'] as const) {
      socket.once(last, () => {
        this.#over = true;
      });
    }
  }

  static async open(port: number): Promise<RawConnection> {
    // Half-open, so that a test may read on after it has sent its end, and the other way round.
    const socket = connect({ port, host: LOOPBACK, allowHalfOpen: true });
    await once(socket, 'connect');
    return new RawConnection(socket);
  }

  /** Text is sent as Latin-1: one character, one byte. */
  send(...parts: readonly (string | Uint8Array)[]): this {
    for (const part of parts) {
      this.socket.write(typeof part === 'string' ? Buffer.from(part, 'latin1') : part);
    }
    return this;
  }

  /** Says that nothing more will be sent. */
  finish(): this {
    this.socket.end();
    return this;
  }

  /** The next answer; undefined when the connection ended without one. */
  async next(): Promise<RawAnswer | undefined> {
    for (;;) {
      const found = readAnswer(this.#received);
      if (found !== undefined) {
        this.#received = this.#received.subarray(found.bytes);
        return found.answer;
      }
      if (this.#over) return undefined;
      await this.#somethingNew();
    }
  }

  /** Resolves when the server has ended the connection, with the answers that `next` has not taken. */
  async rest(): Promise<readonly RawAnswer[]> {
    const answers: RawAnswer[] = [];
    for (let answer = await this.next(); answer !== undefined; answer = await this.next()) {
      answers.push(answer);
    }
    this.close();
    return answers;
  }

  /** Closes with a reset, as a client does that dies. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  close(): void {
    this.socket.destroy();
  }

  #somethingNew(): Promise<void> {
    const { socket } = this;
    return new Promise((resolve) => {
      const events = ['data', 'end', 'close'];
      const done = (): void => {
        for (const event of events) socket.off(event, done);
        resolve();
      };
      for (const event of events) socket.on(event, done);
    });
  }
}

interface Found {
  readonly answer: RawAnswer;
  readonly bytes: number;
}

function readAnswer(received: Buffer): Found | undefined {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = received.subarray(0, headEnd).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const bodyStart = headEnd + 4;
  // Node's own refusals may be chunked; they are empty.
  const chunked = headers['transfer-encoding'] === 'chunked';
  const bytes = bodyStart + (chunked ? '0\r\n\r\n'.length : Number(headers['content-length'] ?? 0));
  if (received.length < bytes) return undefined;
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  const body = chunked ? '' : received.subarray(bodyStart, bytes).toString();
  return { answer: { status, headers, body }, bytes };
}

/** Sends on a connection of its own and reads one answer; undefined when there was none. */
export async function exchange(
  port: number,
  ...parts: readonly (string | Uint8Array)[]
): Promise<RawAnswer | undefined> {
  const connection = await RawConnection.open(port);
  const answer = await connection.send(...parts).next();
  connection.close();
  return answer;
}
