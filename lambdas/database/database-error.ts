import { isRetryableState } from './sql-state.ts';

export interface DatabaseErrorOptions {
  /** Default: as the state says; without one it is. */
  readonly retryable?: boolean;
  /** PostgreSQL's five characters. */
  readonly sqlState?: string;
  readonly cause?: unknown;
}

/** What the database refused, or that it cannot be reached. No message holds a password or a whole URL. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** `sql-42P01` with a state of PostgreSQL's, else `database`: groups failures. */
  readonly code: string;
  /** `false`: another attempt of the same code on the same data would fail in the same way. */
  readonly retryable: boolean;
  /** PostgreSQL's five characters; absent when the server did not answer. */
  readonly sqlState: string | undefined;

  constructor(message: string, { retryable, sqlState, cause }: DatabaseErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.sqlState = sqlState;
    this.code = sqlState === undefined ? 'database' : `sql-${sqlState}`;
    this.retryable = retryable ?? (sqlState === undefined || isRetryableState(sqlState));
  }
}
