import type { Bounds, Database, Transaction } from './database.ts';
import { DatabaseError } from './database-error.ts';
import { toDatabaseError } from './describe-error.ts';
import type { Session } from './session.ts';
import { beginText, runTransaction } from './transaction.ts';
import { Turns } from './turns.ts';

export interface PostgresDatabaseOptions {
  readonly supaglueSchema: string;
  readonly applicationSchema: string;
  /** @param timeLeftMs - until the transaction's deadline */
  openSession(timeLeftMs: number, signal: AbortSignal): Promise<Session>;
  /** Wall clock, epoch milliseconds. */
  nowMs(): number;
  /**
   * A kept connection that does not take BEGIN within this is dead: a NAT gateway forgets it without a word.
   *
   * @default 2,000
   */
  readonly beginTimeoutMs?: number;
}

const DEFAULT_BEGIN_TIMEOUT_MS = 2_000;

/** {@link Database} on one connection, which is opened at the first transaction and again when it was lost. */
export function createPostgresDatabase(options: PostgresDatabaseOptions): Database {
  const { supaglueSchema, applicationSchema, openSession, nowMs } = options;
  const { beginTimeoutMs = DEFAULT_BEGIN_TIMEOUT_MS } = options;
  const turns = new Turns();
  let kept: Session | undefined;

  async function begin(timeLeftMs: () => number, signal: AbortSignal): Promise<Session> {
    const session = kept;
    kept = undefined;
    // Nothing has been done in it yet, so that another connection may begin instead.
    if (session !== undefined && !session.dead) {
      const text = beginText(timeLeftMs());
      const tooLate = AbortSignal.any([signal, AbortSignal.timeout(beginTimeoutMs)]);
      try {
        await destroyedOnAbort(session, tooLate, () => session.query(text));
        return session;
      } catch {
        session.destroy();
        signal.throwIfAborted();
      }
    }
    try {
      const opened = await openSession(timeLeftMs(), signal);
      await destroyedOnAbort(opened, signal, () => opened.query(beginText(timeLeftMs())));
      return opened;
    } catch (error) {
      throw toDatabaseError(error);
    }
  }

  async function transaction<R>(work: Parameters<typeof runTransaction<R>>[1], bounds: Bounds): Promise<R> {
    const { signal, deadline } = bounds;
    const timeLeftMs = () => {
      const leftMs = Math.floor(deadline.getTime() - nowMs());
      if (leftMs < 1) throw new DatabaseError('no time was left for the database');
      return leftMs;
    };
    const endTurn = await turns.take(signal);
    try {
      const session = await begin(timeLeftMs, signal);
      try {
        return await destroyedOnAbort(session, signal, () =>
          runTransaction(session, (tx) => work(inApplication(tx)), { timeLeftMs, nowMs }),
        );
      } finally {
        kept = session;
      }
    } catch (error) {
      // The reason says that the time was up; the error of the destroyed connection does not.
      if (error instanceof DatabaseError) signal.throwIfAborted();
      throw error;
    } finally {
      endTurn();
    }
  }

  const inApplication = ({ query }: Transaction): Transaction => ({
    query: (text, values) => query(text.replaceAll(':"application"', `"${applicationSchema}"`), values),
  });

  return { supaglueSchema, applicationSchema, transaction };
}

async function destroyedOnAbort<R>(
  session: Session,
  signal: AbortSignal,
  work: () => Promise<R>,
): Promise<R> {
  const destroy = () => session.destroy();
  if (signal.aborted) destroy();
  signal.addEventListener('abort', destroy);
  try {
    return await work();
  } finally {
    signal.removeEventListener('abort', destroy);
  }
}
