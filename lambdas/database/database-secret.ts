import { DatabaseError } from './database-error.ts';

/** Where the database is, and who we are there. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  /** `sslmode` of a URL, as it was given. */
  readonly sslMode: string | undefined;
}

const DEFAULT_PORT = 5432;
/** The database that every server has. */
const DEFAULT_DATABASE = 'postgres';

/**
 * Reads the secret's value: a URL (`postgres://user:password@host:5432/database`), or the JSON object that RDS and
 * Secrets Manager keep (`username`, `password`, `host`, `port`, `dbname`, `engine`).
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_secret_json_structure.html
 *
 * @throws {DatabaseError} retryable, for storing a right value mends it; it tells nothing of the value
 */
export function parseDatabaseSecret(text: string): DatabaseAddress {
  const trimmed = text.trim();
  const address = trimmed.startsWith('{') ? fromJson(trimmed) : fromUrl(trimmed);
  return Object.freeze(address);
}

function fromUrl(text: string): DatabaseAddress {
  if (!/^postgres(ql)?:\/\//i.test(text) || !URL.canParse(text)) {
    throw unusable('it is neither a postgres:// URL nor a JSON object');
  }
  const url = new URL(text);
  const database = decoded(url.pathname.slice(1), 'database');
  return {
    // A WHATWG URL keeps the brackets of an IPv6 address.
    host: present(decoded(url.hostname, 'host').replace(/[[\]]/g, ''), 'host'),
    port: url.port === '' ? DEFAULT_PORT : Number(url.port),
    user: present(decoded(url.username, 'user'), 'user'),
    password: decoded(url.password, 'password'),
    database: database === '' ? DEFAULT_DATABASE : database,
    sslMode: url.searchParams.get('sslmode') ?? undefined,
  };
}

function fromJson(text: string): DatabaseAddress {
  const fields = parseObject(text);
  const engine = fields['engine'];
  if (engine !== undefined && !/postgres/i.test(String(engine))) {
    throw unusable('its engine is not PostgreSQL');
  }
  if (fields['host'] === undefined) {
    // What RDS manages by itself (`ManageMasterUserPassword`) holds `username` and `password` alone.
    throw unusable('it has no host: add host and port to it, or store a URL in a secret of your own');
  }
  const port = Number(fields['port'] ?? DEFAULT_PORT);
  if (!(Number.isInteger(port) && port > 0 && port < 65_536)) throw unusable('its port is not a port number');
  return {
    host: present(fields['host'], 'host'),
    port,
    user: present(fields['username'], 'username'),
    password: present(fields['password'], 'password'),
    database: fields['dbname'] === undefined ? DEFAULT_DATABASE : present(fields['dbname'], 'dbname'),
    sslMode: undefined,
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return { ...JSON.parse(text) };
  } catch {
    // The parser's message would show a part of the secret.
    throw unusable('it begins like a JSON object, and is none');
  }
}

function decoded(text: string, part: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw unusable(`its ${part} holds a % that begins no escape: write %25`);
  }
}

function present(value: unknown, part: string): string {
  if (typeof value !== 'string' || value === '') throw unusable(`it names no ${part}`);
  return value;
}

function unusable(why: string): DatabaseError {
  return new DatabaseError(`the database secret cannot be used: ${why}`);
}
