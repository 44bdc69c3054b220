/**
 * Your handlers. To add one:
 *
 * 1. Write a file here that exports a function: `async ({ event, idempotencyKey, signal, logger }) => { ... }`.
 *    Resolving means done, throwing means retry; `NonRetryableError` and `RetryAfterError` say otherwise.
 * 2. Register it below under a name. The ledger records completions under that name, so keep it when you
 *    rename the file or the function.
 *
 * The editor knows each event's fields by its name; a wrong name does not compile.
 */
import { EventRouter } from '../router/index.ts';
import { alertOnSyncError } from './alert-on-sync-error.ts';

export const handlers = new EventRouter().on('sync.complete', 'alert-on-sync-error', alertOnSyncError);
