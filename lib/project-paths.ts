import { fileURLToPath } from 'node:url';

/** Root of the checkout, with a slash at its end. */
export const projectDirectory = fileURLToPath(new URL('..', import.meta.url));

/** Where `npm run bundle` puts the functions' code and `cdk synth` looks for it. */
export const defaultBundleDirectory = `${projectDirectory}dist`;

/** Names the bundles' directory for one run of `bin/app.ts`; tests and the local run keep theirs apart. */
export const BUNDLE_DIRECTORY_VARIABLE = 'WEBHOOK_BUNDLE_DIRECTORY';

/** The functions of the stack: asset directory below the bundles' directory, and source of the entry. */
export const functionEntries = {
  ingest: 'lambdas/ingest/handler.ts',
  consumer: 'lambdas/consumer/handler.ts',
} as const;

/** The file that each function's code starts with; its handler is `index.handler`. */
export const ENTRY_FILE = 'index.mjs';
