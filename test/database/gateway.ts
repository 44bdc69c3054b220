import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * Stands in front of a PostgreSQL server: it asks for a password, which PGlite does not, and its connections can be
 * cut or fall silent. The server itself must ask for none (`trust` in pg_hba.conf).
 */
export interface PostgresGateway {
  readonly url: string;
  /** Connections that got in. */
  readonly admitted: number;
  /** The password that lets in. */
  password: string;
  /** Ends all connections. */
  cut(): void;
  /** From now on nothing passes on the present connections, and nobody is told. */
  silence(): void;
  close(): Promise<void>;
}

export const GATEWAY_PASSWORD = 'p%ss w@rd/1';

export async function startPostgresGateway(upstreamUrl: string): Promise<PostgresGateway> {
  const { hostname, port, username, pathname } = new URL(upstreamUrl);
  const pairs = new Set<readonly [Socket, Socket]>();
  const sockets = new Set<Socket>();
  let admitted = 0;
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    track(client);
    client.once('data', (startup) => {
      client.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
      client.once('data', (answer) => {
        if (answer.subarray(5, -1).toString() !== gateway.password) {
          client.end(errorResponse('28P01', 'password authentication failed for user "app"'));
          return;
        }
        admitted += 1;
        const upstream = track(connect(Number(port), hostname));
        upstream.write(startup);
        upstream.pipe(client).pipe(upstream);
        const pair = [client, upstream] as const;
        pairs.add(pair);
        client.once('close', () => {
          pairs.delete(pair);
          upstream.destroy();
        });
        upstream.once('close', () => client.destroy());
      });
    });
  });
  const gateway: PostgresGateway = {
    url: `postgres://${username}:${encodeURIComponent(GATEWAY_PASSWORD)}@127.0.0.1:${await listen(server)}${pathname}?sslmode=disable`,
    get admitted() {
      return admitted;
    },
    password: GATEWAY_PASSWORD,
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    silence() {
      for (const [client, upstream] of pairs) {
        client.unpipe();
        upstream.unpipe();
        client.resume();
      }
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      gateway.cut();
      await closed;
    },
  };
  return gateway;
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

/** https://www.postgresql.org/docs/current/protocol-message-formats.html */
function errorResponse(sqlState: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C${sqlState}\0M${message}\0\0`);
  const head = Buffer.from([0x45, 0, 0, 0, 0]);
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
}
