import { once } from 'node:events';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { ConsumerEnvironment } from '../../lambdas/contract/environment.ts';
import { LEDGER_KEY } from '../../lambdas/contract/ledger-table.ts';
import type { HandlerRegistrations } from '../../lambdas/contract/outputs.ts';
import { type LedgerRecord, parseRecord } from '../../lambdas/ledger/record.ts';
import { type LocalCloud, type LocalCloudEvent, startLocalCloud } from '../cloud.ts';
import { HANDLERS_VARIABLE } from '../cloud-exports.ts';
import { colours } from '../colours.ts';
import type { LocalDatabase } from '../database/local-database.ts';
import { LOCAL_CLIENT } from '../identity.ts';
import { listenOnLoopback } from '../loopback-server.ts';
import { RunExports } from '../run-exports.ts';
import type { InspectOptions } from '../runtime/inspected-hosts.ts';
import { safeText } from '../safe-text.ts';
import { LOCAL_API_KEY, LOCAL_API_KEY_SECRET_ARN, startLocalSupaglue } from '../supaglue/server.ts';
import { readUserVariables, USER_VARIABLES_FILE } from '../user-variables.ts';
import { banner, type ServedInspector } from './banner.ts';
import { codeLines, noticesOf } from './notices.ts';
import type { StartOptions } from './options.ts';
import { createPresenter } from './presenter.ts';
import { stableSecret } from './stable-secret.ts';
import { watchSources } from './watch.ts';

export interface RunOptions {
  readonly options: StartOptions;
  /** Gets the exports file, below `.local`. */
  readonly directory: string;
  /** Where the sources are: a change there builds again. */
  readonly sourceDirectories: readonly string[];
  /** Type-checks the user's part: what the compiler says against it, or nothing. */
  typeCheck?(): Promise<string | undefined>;
  /** Opens the database of a run that has one. */
  startDatabase?(): Promise<LocalDatabase>;
  /** Builds the functions and synthesises the stack; resolves with the assembly's directory. */
  build(progress: (step: string) => void): Promise<string>;
  /** Told of the assembly that runs now. */
  onRunning?(assemblyDirectory: string): Promise<void>;
  /** Serves the web inspector of this run: it is built on the operator's tools, which are built on this. */
  readonly serveInspector?: ServeInspector;
  write(text: string): void;
  readonly colour: boolean;
  /** Aborts when the user asks to stop. */
  readonly stopped: AbortSignal;
}

export type ServeInspector = (run: {
  readonly exports: Readonly<Record<string, string>>;
  /** The consumer's handlers as they are now. */
  handlers(): HandlerRegistrations | 'unknown';
  /** Whether it may redrive and delete. */
  readonly write: boolean;
  /** Gets an error of the inspector's own. */
  readonly onFault: (error: unknown) => void;
}) => Promise<ServedInspector>;

/**
 * The whole of `npm start`: resolves when it has stopped cleanly.
 *
 * @throws {Error} when the first build fails or the port is taken
 */
export async function run(input: RunOptions): Promise<void> {
  const { options, stopped } = input;
  const writeLine = (line: string): void => input.write(`${line}\n`);
  await checkPort(options.port);
  if (options.inspectPort !== undefined) await checkPort(options.inspectPort);
  const assemblyDirectory = await input.build((step) => writeLine(`${step} …`));
  if (stopped.aborted) return;
  await input.onRunning?.(assemblyDirectory);

  if (input.startDatabase !== undefined) writeLine('starting the database …');
  const database = await input.startDatabase?.();
  const supaglue = options.withSupaglue === true ? await startLocalSupaglue() : undefined;
  try {
    await runWith(input, assemblyDirectory, database, supaglue?.url);
  } finally {
    await supaglue?.stop();
    await database?.stop();
  }
}

async function runWith(
  input: RunOptions,
  assemblyDirectory: string,
  database: LocalDatabase | undefined,
  supaglueUrl: string | undefined,
): Promise<void> {
  const { options, directory, stopped } = input;
  const writeLine = (line: string): void => input.write(`${line}\n`);
  const palette = colours(input.colour);
  let present: (event: LocalCloudEvent) => void = () => undefined;
  const variablesFile = join(directory, USER_VARIABLES_FILE);
  const supaglueEnvironment = supaglueUrl ? { [ConsumerEnvironment.SUPAGLUE_API_URL]: supaglueUrl } : {};
  const cloud = await startLocalCloud({
    assemblyDirectory,
    port: options.port,
    secret: options.secret ?? (await stableSecret(directory)),
    userVariables: await readUserVariables(variablesFile),
    secretsByArn: {
      ...database?.secretsByArn,
      ...(supaglueUrl && { [LOCAL_API_KEY_SECRET_ARN]: LOCAL_API_KEY }),
    },
    environment: { ...retryEnvironment(options), ...supaglueEnvironment },
    ...(options.inspectPort === undefined ? {} : { inspect: inspection(options.inspectPort, writeLine) }),
    observer: (event) => present(event),
  });
  const dynamoDb = new DynamoDBClient({
    ...LOCAL_CLIENT,
    ...(cloud.exports['AWS_ENDPOINT_URL_DYNAMODB'] === undefined
      ? {}
      : { endpoint: cloud.exports['AWS_ENDPOINT_URL_DYNAMODB'] }),
  });
  const exportsFiles = new RunExports(directory);
  let inspector: ServedInspector | undefined;
  try {
    present = createPresenter({
      colours: palette,
      verbose: options.verbose,
      writeLine,
      readRecord: (eventId) => readRecord(dynamoDb, cloud.ledgerTableName, eventId),
      roleOf: (name) => (name === cloud.functions.ingest.name ? 'ingest' : 'consumer'),
      nowMs: Date.now,
    });
    const exports = { ...cloud.exports, ...database?.exports, ...supaglueEnvironment };
    inspector = await openInspector(input, exports, cloud, writeLine);
    const tellExports = () =>
      exportsFiles.write({
        ...exports,
        [HANDLERS_VARIABLE]: JSON.stringify(cloud.handlers()),
        ...(inspector === undefined ? {} : { INSPECTOR_URL: inspector.url }),
      });
    await tellExports();
    writeLine(banner({ cloud, inspector, database, supaglueUrl, options }, palette));
    const variables = await readUserVariables(variablesFile);
    for (const line of noticesOf(cloud, variables)) writeLine(line);
    // Only now: the compiler would take the build's cores, and nothing waits for what it says.
    const checked = tellTypeErrors(input.typeCheck?.(), writeLine);
    const watcher = await watchSources(
      [...input.sourceDirectories, variablesFile],
      async () => {
        await rebuild(input, cloud, variablesFile, writeLine);
        await tellExports();
      },
      ({ message }) =>
        writeLine(`changes are not followed any more (${message}): start again to have them built`),
    );
    if (!stopped.aborted) await once(stopped, 'abort');
    writeLine('stopping …');
    await checked;
    await watcher.close();
    for (const line of await lostText(cloud)) writeLine(line);
  } finally {
    await exportsFiles.remove();
    // First: a redrive under way ends with every letter on one queue.
    await inspector?.close();
    await cloud.stop();
    dynamoDb.destroy();
  }
}

function inspection(port: number, writeLine: (line: string) => void): InspectOptions {
  return {
    port,
    waits: false,
    onListening: (url) => writeLine(`the handlers listen to a debugger: ${url}`),
    onAttached: () => writeLine('a debugger has attached'),
  };
}

/** A port that is taken is said at once, not after the build. */
async function checkPort(port: number): Promise<void> {
  const server = await listenOnLoopback(() => undefined, port);
  await server.close();
}

/** A build that fails leaves the old code running. */
async function rebuild(
  input: RunOptions,
  cloud: LocalCloud,
  variablesFile: string,
  writeLine: (line: string) => void,
): Promise<void> {
  try {
    writeLine('app/ changed: building again …');
    const checked = input.typeCheck?.();
    const assemblyDirectory = await input.build(() => undefined);
    await cloud.reload(assemblyDirectory, await readUserVariables(variablesFile));
    await input.onRunning?.(assemblyDirectory);
    writeLine('the new code is running');
    await tellTypeErrors(checked, writeLine);
    for (const line of codeLines(cloud)) writeLine(line);
  } catch (error) {
    if (input.stopped.aborted) return;
    writeLine(`${error instanceof Error ? error.message : String(error)}\nthe old code keeps running`);
  }
}

/** It runs all the same, as the bundler takes no notice of types: to mend it is the user's next step, not the first. */
async function tellTypeErrors(
  checked: Promise<string | undefined> | undefined,
  writeLine: (line: string) => void,
): Promise<void> {
  const errors = await checked;
  if (errors !== undefined) writeLine(`${errors}\ncdk deploy will refuse this until it is mended`);
}

/** What ends with the run's memory. */
async function lostText({ queueUrl, deadLetterQueueUrl, exports }: LocalCloud): Promise<readonly string[]> {
  const sqs = new SQSClient({ ...LOCAL_CLIENT, endpoint: exports['AWS_ENDPOINT_URL_SQS'] ?? '' });
  const depth = async (QueueUrl: string): Promise<number> => {
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    );
    return Object.entries(Attributes)
      .filter(([name]) => name.startsWith('ApproximateNumberOfMessages'))
      .reduce((sum, [, count]) => sum + Number(count), 0);
  };
  try {
    const [events, letters] = await Promise.all([depth(queueUrl), depth(deadLetterQueueUrl)]);
    return events + letters === 0
      ? []
      : [`lost with this run's memory: accepted events that wait (${events}), dead letters (${letters})`];
  } finally {
    sqs.destroy();
  }
}

/** A run without an inspector is still worth having. */
async function openInspector(
  { serveInspector, options }: RunOptions,
  exports: Readonly<Record<string, string>>,
  cloud: LocalCloud,
  writeLine: (line: string) => void,
): Promise<ServedInspector | undefined> {
  const say = (what: string) => (error: unknown) =>
    writeLine(
      `${what}: ${safeText(error instanceof Error ? (error.stack ?? error.message) : String(error), 2_000)}`,
    );
  try {
    return await serveInspector?.({
      exports,
      handlers: () => cloud.handlers(),
      write: options.write === true,
      onFault: say('the inspector failed'),
    });
  } catch (error) {
    say('no inspector')(error);
    return undefined;
  }
}

function retryEnvironment({ retryBaseSeconds, retryMaxSeconds }: StartOptions): Record<string, string> {
  return {
    ...(retryBaseSeconds === undefined
      ? {}
      : { [ConsumerEnvironment.BACKOFF_BASE_SECONDS]: String(retryBaseSeconds) }),
    ...(retryMaxSeconds === undefined
      ? {}
      : { [ConsumerEnvironment.BACKOFF_CAP_SECONDS]: String(retryMaxSeconds) }),
  };
}

async function readRecord(
  dynamoDb: DynamoDBClient,
  TableName: string,
  eventId: string,
): Promise<LedgerRecord | undefined> {
  const { Item } = await dynamoDb.send(
    new GetItemCommand({ TableName, Key: { [LEDGER_KEY]: { S: eventId } }, ConsistentRead: true }),
  );
  return Item === undefined ? undefined : parseRecord(Item);
}
