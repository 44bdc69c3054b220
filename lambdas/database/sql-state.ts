/** https://www.postgresql.org/docs/current/errcodes-appendix.html: no class begins as Node's EPIPE and EPERM do. */
const SQL_STATE = /^(?!E)[0-9A-Z]{5}$/;

/**
 * Classes that fail again as long as code and data are the same: a wrong number of values, data that does not fit,
 * a broken constraint, an error in the SQL.
 */
const PERMANENT_CLASSES = new Set(['07', '0A', '21', '22', '23', '42', '44']);

/**
 * Of those, what is mended outside the code: a missing table, function or schema (a migration, Supaglue's first
 * sync) or a missing right (a grant). The event waits for that with its retries.
 */
const MENDED_OUTSIDE = new Set(['42501', '42P01', '42883', '3F000', '3D000']);

/** Authentication was refused: wrong password, unknown role. */
const REFUSED_LOGIN = new Set<string | undefined>(['28P01', '28000']);

/** The session is over: its connection failed, or an administrator, a crash or a shutdown ended it. */
const LOST_SESSIONS = new Set(['57P01', '57P02', '57P03', '57P05', '25P03']);

/** The state in an error of `pg`, whose other errors carry Node's codes (ECONNREFUSED). */
export function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return undefined;
  return SQL_STATE.test(error.code) ? error.code : undefined;
}

export function isRetryableState(sqlState: string): boolean {
  return MENDED_OUTSIDE.has(sqlState) || !PERMANENT_CLASSES.has(sqlState.slice(0, 2));
}

export function isRefusedLogin(sqlState: string | undefined): boolean {
  return REFUSED_LOGIN.has(sqlState);
}

/** Whether the connection cannot be used any more; an error without a state is one of the socket. */
export function endsSession(sqlState: string | undefined): boolean {
  return sqlState === undefined || sqlState.startsWith('08') || LOST_SESSIONS.has(sqlState);
}
