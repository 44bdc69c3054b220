import type { Handler, HandlerContext } from '../../router/index.ts';
import type { Bounds } from '../database.ts';
import type { ApplicationDatabase } from '../transforms/mapping.ts';
import type { WorkOptions } from '../transforms/stopwatch.ts';

/** A handler that is given the application's database. */
export type DatabaseHandler<Event> = (
  context: HandlerContext<Event>,
  database: ApplicationDatabase,
  options?: WorkOptions,
) => Promise<void>;

/** Makes a handler of one that is loaded at its first event. */
export type OnDatabase = <Event>(load: () => Promise<DatabaseHandler<Event>>) => Handler<Event>;

/** Gives the database once the application's tables are there. */
export type UseDatabase = (bounds: Bounds) => Promise<ApplicationDatabase>;

/**
 * Makes handlers of database handlers. Each is loaded at its first event, with its SQL and `pg`: a function
 * without a database, or without such an event, starts without them.
 *
 * A `DatabaseError` needs no translation: the consumer asks every error whether it is `retryable`.
 *
 * @param open - called until it has resolved once
 */
export function withDatabase(open: () => Promise<UseDatabase>, options: WorkOptions = {}): OnDatabase {
  let opened: Promise<UseDatabase> | undefined;
  return <Event>(load: () => Promise<DatabaseHandler<Event>>): Handler<Event> =>
    async (context) => {
      opened ??= open().catch((error: unknown) => {
        // The next attempt opens it again.
        opened = undefined;
        throw error;
      });
      const [use, handler] = await Promise.all([opened, load()]);
      await handler(context, await use(context), options);
    };
}
