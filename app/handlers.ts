/**
 * Your handlers. To add one:
 *
 * 1. Write a file in `handlers/` that exports a function: `async ({ event, idempotencyKey, signal, logger }) => { ... }`.
 *    Resolving means done, throwing means retry; `NonRetryableError` and `RetryAfterError` say otherwise.
 * 2. Register it below under a name. The ledger records completions under that name, so keep it when you
 *    rename the file or the function.
 *
 * The editor knows each event's fields by its name; a wrong name does not compile. What handlers need beside code
 * (variables, secrets, permissions, tables) stands in `stack.ts`.
 */
import {
  addAlerts,
  addDatabaseUseCases,
  createConsumerHandler,
  EventRouter,
} from 'supaglue-webhooks-aws/handlers';

const router = new EventRouter();

// People are told of failed and paused syncs.
addAlerts(router);

// Your tables follow what Supaglue writes, once the stack is given a database.
addDatabaseUseCases(router, () => import('./transforms/manifest.ts'));

export const handler = createConsumerHandler(router);
