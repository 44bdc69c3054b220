import type { Mutation } from './mutation.ts';

/** Who can see a mutation of a folder. */
interface Watch {
  readonly folder: string;
  /** The simulation drives this code. */
  readonly simulated: boolean;
  /** The jest suites that belong to it. */
  readonly suites: readonly string[];
  /** Those that are asked only about what survives the others. */
  readonly further?: readonly string[];
  /** Of generated mutants these are asked first, in place of `suites`, which are asked about what survives them. */
  readonly quick?: readonly string[];
}

const stack = (...names: readonly string[]) => names.map((name) => `test/stack/${name}.test.ts`);

/** Suites that jest runs for the generated mutants alone. */
const SEEDS_SUITE = 'test/mutation/generated/seeds.suite.ts';
const USE_CASES_SUITE = 'test/mutation/generated/use-cases.suite.ts';

/** For what no test imports: it runs in bundles alone, where the generator's switches are not. */
const UNLOADED = [SEEDS_SUITE];

/** The first that fits a file counts. */
const WATCHES: readonly Watch[] = [
  // Wires the production edges, which the simulation replaces.
  {
    folder: 'lambdas/consumer/create-consumer-handler.ts',
    simulated: false,
    suites: ['test/consumer/wiring.test.ts'],
    further: ['test/pipeline'],
  },
  {
    folder: 'lambdas/consumer/emf-metrics.ts',
    simulated: false,
    suites: ['test/consumer/emf-metrics.test.ts'],
  },
  { folder: 'lambdas/consumer/policy.ts', simulated: false, suites: ['test/consumer/wiring.test.ts'] },
  {
    folder: 'lambdas/ingest/handler.ts',
    simulated: false,
    suites: ['test/ingest/handler.test.ts'],
    further: ['test/pipeline'],
    quick: UNLOADED,
  },
  { folder: 'lambdas/ingest/secrets-manager.ts', simulated: false, suites: ['test/ingest'] },
  { folder: 'lambdas/ingest/', simulated: true, suites: ['test/ingest'] },
  { folder: 'lambdas/consumer/', simulated: true, suites: ['test/consumer'] },
  // Where a client becomes the table that the ledger calls.
  {
    folder: 'lambdas/ledger/ledger-table.ts',
    simulated: false,
    suites: ['test/consumer/wiring.test.ts'],
    further: ['test/pipeline'],
  },
  {
    folder: 'lambdas/ledger/contents.ts',
    simulated: true,
    suites: ['test/consumer/contents.test.ts'],
    further: ['test/reconcile/model.test.ts'],
  },
  { folder: 'lambdas/ledger/', simulated: true, suites: ['test/ledger'], further: ['test/consumer'] },
  {
    folder: 'lambdas/router/',
    simulated: false,
    suites: ['test/router'],
    further: ['test/consumer/outcomes.test.ts'],
  },
  {
    folder: 'lambdas/runtime/cached-secret.ts',
    simulated: false,
    suites: ['test/runtime/cached-secret.test.ts', 'test/ingest/secret-source.test.ts'],
  },
  {
    folder: 'lambdas/runtime/client-options.ts',
    simulated: false,
    suites: ['test/ingest/clients.test.ts', 'test/runtime/client-options.test.ts'],
  },
  {
    folder: 'lambdas/runtime/message-body.ts',
    simulated: false,
    suites: ['test/ingest/message.test.ts', 'test/consumer/outcomes.test.ts'],
  },
  { folder: 'lambdas/runtime/refused-write.ts', simulated: true, suites: ['test/ledger'] },
  {
    folder: 'lambdas/runtime/source-lines.ts',
    simulated: false,
    suites: ['test/runtime/source-lines.test.ts'],
    quick: UNLOADED,
  },
  { folder: 'lambdas/runtime/', simulated: false, suites: ['test/runtime'] },
  {
    folder: 'lambdas/contract/',
    simulated: false,
    suites: ['test/contract', 'test/ingest/message.test.ts', 'test/ingest/signature-headers.test.ts'],
    further: stack('api-and-monitoring', 'storage'),
  },
  { folder: 'lambdas/alerts/', simulated: false, suites: ['test/alerts'] },
  ...['supaglue', 'transforms', 'use-cases'].map((folder) => ({
    folder: `lambdas/database/${folder}/`,
    simulated: false,
    suites: ['test/database/supaglue.test.ts', 'test/database/use-cases', 'test/cases'],
    quick: ['test/database/supaglue.test.ts', USE_CASES_SUITE],
  })),
  {
    folder: 'lambdas/database/',
    simulated: false,
    suites: ['sessions', 'connection', 'errors', 'secret-reader', 'secret', 'tls-options', 'turns'].map(
      (name) => `test/database/${name}.test.ts`,
    ),
    further: ['test/database/use-cases'],
  },
  { folder: 'lambdas/reconcile/', simulated: false, suites: ['test/reconcile'] },
  {
    folder: 'lambdas/events/',
    simulated: false,
    suites: ['test/events', 'test/router'],
    further: ['test/consumer/contents.test.ts'],
  },
  {
    folder: 'lib/webhook-alarms.ts',
    simulated: false,
    suites: stack('api-and-monitoring', 'endpoint', 'reconcile'),
  },
  { folder: 'lib/stack-config.ts', simulated: false, suites: stack('stack-config') },
  { folder: 'lib/settings.ts', simulated: false, suites: stack('settings') },
  { folder: 'lib/context-keys.ts', simulated: false, suites: stack('settings') },
  { folder: 'lib/bundle', simulated: false, suites: stack('bundle') },
  { folder: 'lib/kept-names.ts', simulated: false, suites: stack('bundle') },
  { folder: 'lib/project-paths.ts', simulated: false, suites: stack('bundle') },
  { folder: 'lib/webhook-sources.ts', simulated: false, suites: stack('sources') },
  { folder: 'lib/reconcile-function.ts', simulated: false, suites: stack('reconcile') },
  { folder: 'lib/consumer-database.ts', simulated: false, suites: stack('database') },
  { folder: 'lib/database-config.ts', simulated: false, suites: stack('database', 'stack-config') },
  { folder: 'lib/webhook-dashboard.ts', simulated: false, suites: stack('api-and-monitoring', 'endpoint') },
  { folder: 'lib/webhook-metrics.ts', simulated: false, suites: stack('api-and-monitoring') },
  {
    folder: 'lib/ingest-api.ts',
    simulated: false,
    suites: stack('api-and-monitoring', 'endpoint', 'options'),
  },
  { folder: 'lib/ingest-url.ts', simulated: false, suites: stack('endpoint') },
  { folder: 'lib/alert-topic.ts', simulated: false, suites: stack('api-and-monitoring', 'options') },
  { folder: 'lib/webhook-queues.ts', simulated: false, suites: stack('storage', 'options') },
  { folder: 'lib/ledger-table.ts', simulated: false, suites: stack('storage') },
  { folder: 'lib/signing-secret.ts', simulated: false, suites: stack('storage') },
  { folder: 'lib/deployment', simulated: false, suites: stack('supaglue-webhooks', 'endpoint') },
  { folder: 'lib/supaglue-webhooks.ts', simulated: false, suites: stack('supaglue-webhooks', 'storage') },
  { folder: 'lib/handler-variables.ts', simulated: false, suites: stack('supaglue-webhooks') },
  { folder: 'lib/read-handlers.ts', simulated: false, suites: stack('supaglue-webhooks') },
  { folder: 'lib/synthesise.ts', simulated: false, suites: stack('supaglue-webhooks') },
  { folder: 'lib/run-app.ts', simulated: false, suites: stack('supaglue-webhooks') },
  { folder: 'lib/', simulated: false, suites: stack('functions', 'options') },
  { folder: 'operator/dead-letters/', simulated: false, suites: ['test/operator/dead-letters'] },
];

function watchOf(file: string): Watch {
  const watch = WATCHES.find(({ folder }) => file.startsWith(folder));
  if (watch === undefined) throw new TypeError(`nobody watches ${file}: name its suites in catchers.ts`);
  return watch;
}

export function isSimulated({ edits }: Mutation): boolean {
  return edits.some(({ file }) => watchOf(file).simulated);
}

/** Test paths, each once, in a fixed order. */
export function suitesOf({ edits }: Mutation): readonly string[] {
  const suites = edits
    .map(({ file }) => watchOf(file))
    .flatMap(({ suites, further = [] }) => [...suites, ...further]);
  return [...new Set(suites)].sort();
}

/** Who is asked about the generated mutants of a file: `quick` about all, `further` about what survives them. */
export function generatedCatchers(file: string) {
  const { simulated, suites, further = [], quick } = watchOf(file);
  return {
    isSimulated: simulated,
    /** Jest finds which of the suites load it. */
    isLoaded: quick !== UNLOADED && !file.startsWith('lib/'),
    quick: [...(simulated ? [SEEDS_SUITE] : []), ...(quick ?? suites)],
    further: [...(quick === undefined ? [] : suites), ...further],
  };
}
