import type { Transaction } from './database.ts';
import { DatabaseError } from './database-error.ts';
import { toDatabaseError } from './describe-error.ts';
import type { Answer, Session } from './session.ts';
import { endsSession } from './sql-state.ts';

export interface TransactionClock {
  /** Until the deadline. @throws {DatabaseError} when nothing is left */
  timeLeftMs(): number;
  nowMs(): number;
}

/** The server's limits are set again once they would end a statement this much after the deadline. */
const LIMIT_TOLERANCE_MS = 500;
/** Waiting for a lock ends before the statement does, so that the error names the lock. */
const LOCK_MARGIN_MS = 250;
/** The deadline ends an idle transaction here first; the server's limit is for a sandbox that was frozen in one. */
const IDLE_MARGIN_MS = 5_000;

/** Begins a transaction whose statements the server itself ends at the deadline, all in one round trip. */
export function beginText(timeLeftMs: number): string {
  return `BEGIN; ${limitsText(timeLeftMs)}`;
}

/** LOCAL: nothing of it outlives the transaction, whether a pooler or PGlite shares the session. */
function limitsText(timeLeftMs: number): string {
  return [
    `SET LOCAL statement_timeout = ${timeLeftMs}`,
    `SET LOCAL lock_timeout = ${Math.max(1, timeLeftMs - LOCK_MARGIN_MS)}`,
    `SET LOCAL idle_in_transaction_session_timeout = ${timeLeftMs + IDLE_MARGIN_MS}`,
  ].join('; ');
}

/** Runs `work` in the transaction that has begun, and ends it: with COMMIT, or with ROLLBACK when anything failed. */
export async function runTransaction<R>(
  session: Session,
  work: (tx: Transaction) => Promise<R>,
  { timeLeftMs, nowMs }: TransactionClock,
): Promise<R> {
  let limitedAtMs = nowMs();
  let isOpen = true;
  const tx: Transaction = {
    async query(text, values) {
      // A statement that was not awaited would run in another record's transaction.
      if (!isOpen) throw new DatabaseError('the transaction has ended already', { retryable: false });
      const leftMs = timeLeftMs();
      if (nowMs() - limitedAtMs > LIMIT_TOLERANCE_MS) {
        limitedAtMs = nowMs();
        await run(session, limitsText(leftMs));
      }
      return run(session, text, values);
    },
  };
  try {
    const result = await work(tx);
    isOpen = false;
    const { command } = await run(session, 'COMMIT');
    // PostgreSQL answers so when a statement failed and its error was caught: nothing of it is kept.
    if (command === 'ROLLBACK') {
      throw new DatabaseError('a statement had failed, so that nothing was committed');
    }
    return result;
  } catch (error) {
    isOpen = false;
    await rollBack(session);
    throw error;
  }
}

async function run(session: Session, text: string, values?: readonly unknown[]): Promise<Answer> {
  try {
    return await session.query(text, values);
  } catch (cause) {
    const error = toDatabaseError(cause);
    if (endsSession(error.sqlState)) session.destroy();
    throw error;
  }
}

/** Where it fails the server does it by itself: the connection is closed. */
async function rollBack(session: Session): Promise<void> {
  if (session.dead) return;
  try {
    await session.query('ROLLBACK');
  } catch {
    session.destroy();
  }
}
