import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { BundleOptions } from './bundle.ts';
import { BundleError } from './bundle-error.ts';
import { ENTRY_FILE, INGEST_ENTRY, RECONCILE_ENTRY, SOURCE_EXTENSION } from './project-paths.ts';
import { type HandlersReading, readHandlers } from './read-handlers.ts';

/**
 * Names a directory with bundles that are there already (`ingest/`, `consumer/`, and `handlers.json` with what the
 * consumer registers): tests of the template alone need no code.
 */
export const BUNDLES_VARIABLE = 'SUPAGLUE_WEBHOOKS_BUNDLES';
/** `false`: for a debugger, which shows variables by the names that they have in the code. */
export const MINIFY_VARIABLE = 'SUPAGLUE_WEBHOOKS_MINIFY';

export interface FunctionCode {
  /** Directory of each function's bundle. */
  readonly ingest: string;
  readonly consumer: string;
  /** There where it is asked for. */
  readonly reconcile: string;
  /** @param environment - the consumer's variables */
  readHandlers(environment: Readonly<Record<string, string>>): HandlersReading;
}

export interface FunctionCodeOptions {
  /** The user's file that exports the consumer's handler. */
  readonly handlers: string;
  /** Gets the bundles: beside the assembly's assets, so that the paths in source maps hold there too. */
  readonly assetDirectory: string;
  /** Tells these bundles from those of another construct. */
  readonly prefix: string;
  /** Whether Supaglue's API is compared: another function. */
  readonly reconciles: boolean;
}

/**
 * Bundles both functions, in a process of its own: esbuild refuses plugins where nobody can wait.
 *
 * @throws {BundleError} with the compiler's messages when a function does not compile
 */
export function functionCode({
  handlers,
  assetDirectory,
  prefix,
  reconciles,
}: FunctionCodeOptions): FunctionCode {
  const given = process.env[BUNDLES_VARIABLE] ?? '';
  if (given !== '') return givenCode(resolve(given));
  if (!existsSync(handlers)) throw new BundleError(`there is no file ${handlers} with the handlers`);
  bundleInProcess({
    outDirectory: assetDirectory,
    prefix,
    entries: {
      ingest: INGEST_ENTRY,
      consumer: handlers,
      ...(reconciles && { reconcile: RECONCILE_ENTRY }),
    },
    minify: process.env[MINIFY_VARIABLE] !== 'false',
  });
  const consumer = join(assetDirectory, `${prefix}consumer`);
  return {
    ingest: join(assetDirectory, `${prefix}ingest`),
    consumer,
    reconcile: join(assetDirectory, `${prefix}reconcile`),
    readHandlers: (environment) => readHandlers(consumer, environment),
  };
}

function bundleInProcess(options: BundleOptions): void {
  const program = fileURLToPath(new URL(`./bundle-process${SOURCE_EXTENSION}`, import.meta.url));
  const loader =
    SOURCE_EXTENSION === '.ts'
      ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
      : [];
  const { status, stderr, error } = spawnSync(
    process.execPath,
    [...loader, program, JSON.stringify(options)],
    { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] },
  );
  if (error !== undefined) throw error;
  if (status !== 0) throw new BundleError(stderr.trim());
}

function givenCode(directory: string): FunctionCode {
  for (const name of ['ingest', 'consumer']) {
    const entry = join(directory, name, ENTRY_FILE);
    if (!existsSync(entry))
      throw new BundleError(`${entry} is missing: ${BUNDLES_VARIABLE} names its folder`);
  }
  return {
    ingest: join(directory, 'ingest'),
    consumer: join(directory, 'consumer'),
    reconcile: join(directory, 'reconcile'),
    readHandlers: () => ({ handlers: JSON.parse(readFileSync(join(directory, 'handlers.json'), 'utf8')) }),
  };
}
