import type { Mutation } from './mutation.ts';

/** Who can see a mutation of a folder. */
interface Watch {
  readonly folder: string;
  /** The simulation drives this code. */
  readonly simulated: boolean;
  /** Off: of generated mutants it is not asked, for the suites see as much in less time. @default as `simulated` */
  readonly seeds?: false;
  /** The jest suites that belong to it. */
  readonly suites: readonly string[];
  /** Those that are asked only about what survives the others. */
  readonly further?: readonly string[];
  /** Of generated mutants these are asked first, in place of `suites`, which are asked about what survives them. */
  readonly quick?: readonly string[];
}

const stack = (...names: readonly string[]) => names.map((name) => `test/stack/${name}.test.ts`);
/** All that need no process of an app's. */
const STACK_SUITES = stack(
  'api-and-monitoring',
  'dashboard',
  'database',
  'endpoint',
  'functions',
  'nag',
  'options',
  'permissions',
  'reconcile',
  'sources',
  'stack-config',
  'storage',
);

/** A file of the stack: the suites that look at it, and about what survives them the others. */
function ofStack(file: string, ...names: readonly string[]): Watch {
  const suites = stack(...names);
  const further = STACK_SUITES.filter((suite) => !suites.includes(suite));
  return { folder: `lib/${file}`, simulated: false, suites, further };
}

/** What depends on the handlers that a bundle registers. */
function ofHandlers(file: string, ...names: readonly string[]): Watch {
  const { further = [], ...watch } = ofStack(file, ...names);
  return { ...watch, further: [...further, ...stack('supaglue-webhooks', 'handlers-in-template')] };
}

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
    simulated: true,
    seeds: false,
    suites: ['test/router'],
    further: ['test/consumer/outcomes.test.ts'],
  },
  {
    folder: 'lambdas/runtime/cached-secret.ts',
    simulated: true,
    seeds: false,
    suites: ['test/runtime/cached-secret.test.ts', 'test/ingest/secret-source.test.ts'],
  },
  {
    folder: 'lambdas/runtime/client-options.ts',
    simulated: false,
    suites: ['test/ingest/clients.test.ts', 'test/runtime/client-options.test.ts'],
  },
  {
    folder: 'lambdas/runtime/message-body.ts',
    simulated: true,
    seeds: false,
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
    simulated: true,
    seeds: false,
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
  { folder: 'lambdas/reconcile/', simulated: true, seeds: false, suites: ['test/reconcile'] },
  {
    folder: 'lambdas/events/',
    simulated: false,
    suites: ['test/events', 'test/router'],
    further: ['test/consumer/contents.test.ts'],
  },
  ofStack('webhook-alarms.ts', 'api-and-monitoring', 'endpoint', 'reconcile'),
  ofStack('stack-config.ts', 'stack-config'),
  ofStack('settings.ts', 'settings'),
  ofStack('context-keys.ts', 'settings'),
  ofStack('function-code.ts', 'function-code'),
  ofStack('bundle-process.ts', 'function-code'),
  ofStack('bundle', 'bundle', 'function-code'),
  ofStack('kept-names.ts', 'bundle'),
  ofStack('project-paths.ts', 'bundle'),
  ofHandlers('webhook-sources.ts', 'sources'),
  ofHandlers('consumer-function.ts', 'functions', 'options'),
  ofStack('reconcile-function.ts', 'reconcile'),
  ofStack('consumer-database.ts', 'database', 'permissions'),
  ofStack('database-config.ts', 'database', 'stack-config', 'reconcile'),
  ofStack('webhook-dashboard.ts', 'dashboard'),
  ofStack('webhook-metrics.ts', 'dashboard', 'api-and-monitoring'),
  ofStack('ingest-api.ts', 'api-and-monitoring', 'sources'),
  ofStack('ingest-url.ts', 'endpoint'),
  ofStack('alert-topic.ts', 'api-and-monitoring', 'options'),
  ofStack('webhook-queues.ts', 'storage', 'options'),
  ofStack('ledger-table.ts', 'storage'),
  ofStack('signing-secret.ts', 'storage', 'functions', 'options', 'api-and-monitoring'),
  ofHandlers('deployment', 'supaglue-webhooks', 'sources'),
  ofHandlers(
    'supaglue-webhooks.ts',
    'sources',
    'storage',
    'dashboard',
    'api-and-monitoring',
    'reconcile',
    'endpoint',
  ),
  ofStack('handler-variables.ts', 'handler-variables'),
  ofStack('read-handlers.ts', 'function-code'),
  ofStack('synthesise.ts', 'synthesise'),
  ofStack('run-app.ts', 'synthesise'),
  ofStack('', 'functions', 'options'),
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
  const { simulated, seeds = simulated, suites, further = [], quick } = watchOf(file);
  const first = quick ?? suites;
  return {
    isSimulated: seeds,
    /** Jest finds which of the suites load it. */
    isLoaded: quick !== UNLOADED && !file.startsWith('lib/'),
    quick: [...(seeds ? [SEEDS_SUITE] : []), ...first],
    further: [...suites, ...further].filter((suite) => !first.includes(suite)),
  };
}
