import { chainMessage } from '../runtime/error-text.ts';
import { DatabaseError } from './database-error.ts';
import { sqlStateOf } from './sql-state.ts';

/** What is said beside PostgreSQL's own words. */
const HINTS: Readonly<Record<string, string>> = {
  '28P01': 'store the right password in the database secret',
  '28000': 'the database secret names a role that may not log in from here',
  '42501': 'grant the right to the role of the database secret',
  '42P01':
    'a table is missing: check supaglueSchema and applicationSchema, and whether Supaglue has synced it',
  '3F000': 'a schema is missing: check supaglueSchema and applicationSchema',
  '55P03': 'another transaction holds the lock',
};

/** Node's codes for a certificate that no known authority signed. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** An error of `pg` as one for people. The server's detail and the values stay out: they hold customers' data. */
export function toDatabaseError(cause: unknown): DatabaseError {
  if (cause instanceof DatabaseError) return cause;
  const sqlState = sqlStateOf(cause);
  const text = chainMessage(cause);
  if (sqlState === undefined) {
    const hint = isUntrusted(cause) ? 'of your own authority? configure databaseCaSecretArn' : undefined;
    return new DatabaseError(`no answer from the database: ${text}${aside(hint)}`, { cause });
  }
  return new DatabaseError(`the database answered ${sqlState}: ${text}${aside(HINTS[sqlState])}`, {
    sqlState,
    cause,
  });
}

function isUntrusted(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && UNTRUSTED.has(String(cause.code));
}

function aside(hint: string | undefined): string {
  return hint === undefined ? '' : ` (${hint})`;
}
