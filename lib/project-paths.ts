import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of this package, a checkout's or one below node_modules, with a slash at its end. */
export const projectDirectory = fileURLToPath(new URL('..', import.meta.url));

/** `.ts` in a checkout, `.js` in the published package: for files that are reached by path. */
export const SOURCE_EXTENSION = extname(import.meta.filename);

/** Source of the ingest function, which holds nothing of the user's. */
export const INGEST_ENTRY = `${projectDirectory}lambdas/ingest/handler${SOURCE_EXTENSION}`;

/** Source of the function that reconciles. */
export const RECONCILE_ENTRY = `${projectDirectory}lambdas/reconcile/handler${SOURCE_EXTENSION}`;

/** The file that each function's code starts with; its handler is `index.handler`. */
export const ENTRY_FILE = 'index.mjs';
