import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { safeText } from '../../local/safe-text.ts';
import { counted } from '../../operator/cli/command-text.ts';
import type { CommandContext } from '../../operator/cli/context.ts';
import { ExitCode, UsageError } from '../../operator/core/command-error.ts';
import { toCommandError } from '../../operator/core/error-line.ts';
import { needsOf, SUITE_NAMES, type SuiteName } from '../suites/suite-needs.ts';
import { endpointClients, endpointName } from './endpoint.ts';
import { newRunPrefix, readJournal } from './journal.ts';
import { type Engine, judgeFaults } from './known-faults.ts';
import { removeResources } from './remove.ts';
import {
  countText,
  deleteCommand,
  failureText,
  leftText,
  resourcesText,
  suitesTable,
  toReport,
} from './report.ts';
import { runSuites, type TestOutcome } from './run-suites.ts';

export interface EndpointOptions {
  /** The endpoint that may be used, by its name. */
  readonly yes?: string;
  /** Default: all. */
  readonly suites?: readonly SuiteName[];
  /** The engine at that endpoint: it passes with the faults that are known of it, and no other. */
  readonly engine?: Engine;
  readonly json: boolean;
}

/**
 * Runs the suites on the endpoint that the environment names, and deletes what they created, whatever comes.
 *
 * @throws {UsageError} when `yes` does not name that endpoint; nothing has been sent then
 */
export async function runEndpoint(options: EndpointOptions, context: CommandContext): Promise<ExitCode> {
  const { terminal, signal } = context;
  const suites = options.suites ?? SUITE_NAMES;
  const endpoint = await approvedEndpoint(options, suites);

  const startedAtMs = performance.now();
  const directory = await mkdtemp(join(tmpdir(), 'endpoint-run-'));
  const journalFile = join(directory, 'created');
  await writeFile(journalFile, '');
  const runPrefix = newRunPrefix();
  const run = { endpoint, runPrefix, journalFile, suites };
  // Whatever ends this process early, a second Ctrl-C first of all: its user learns what stays behind.
  const sayWhatStays = () => {
    for (const resource of readJournal(journalFile)) {
      terminal.note(`LEFT ${resource.kind} ${resource.name}, if it was created; ${deleteCommand(resource)}`);
    }
  };
  process.once('exit', sayWhatStays);

  terminal.note(`creating ${runPrefix}* on ${endpoint}`);
  const tests: TestOutcome[] = [];
  const progress = terminal.progress('the first test');
  // Whatever becomes of the suites, what they have created is deleted below.
  const ended = await runSuites(run, {
    environment: context.environment,
    signal,
    onTest(test) {
      tests.push(test);
      if (test.status !== 'passed') terminal.note(failureText(test));
      progress.update(`${tests.length} tests done, ${safeText(test.path[0] ?? '')}`);
    },
    onRemark: (line) => terminal.note(safeText(line)),
  }).catch((error: unknown) => {
    terminal.note(`error: ${toCommandError(error).message}`);
    return false;
  });

  progress.step('deleting what the suites have created');
  const clients = endpointClients();
  const removals = await removeResources(clients, readJournal(journalFile), runPrefix);
  clients.sqs.destroy();
  clients.dynamoDb.destroy();
  progress.stop();
  process.off('exit', sayWhatStays);
  await rm(directory, { recursive: true });

  const report = toReport(endpoint, tests, removals, performance.now() - startedAtMs);
  if (options.json) terminal.print(JSON.stringify(report));
  else {
    if (tests.length > 0) terminal.print(suitesTable(report));
    terminal.print(`created ${countText(report.created)}, removed ${countText(report.removed)}`);
  }
  for (const removal of removals) if (removal.outcome === 'left') terminal.note(leftText(removal));
  if (signal.aborted) return ExitCode.INTERRUPTED;
  const { news, known, mended } = judgeFaults(options.engine, tests);
  if (options.engine !== undefined) {
    terminal.note(`${counted(known.length, 'known fault')} of ${options.engine}, ${news} new`);
    for (const fault of known) terminal.note(`known: ${fault}`);
    for (const name of mended) terminal.note(`no longer a fault, see known-faults.ts: ${name}`);
  }
  // A failure makes jest end with 1, a known one too; what it never ran is no test.
  const whole = ended || known.length > 0;
  const passed = whole && tests.length > 0 && news + mended.length + report.left.length === 0;
  return passed ? ExitCode.DONE : ExitCode.FAILED;
}

async function approvedEndpoint({ yes }: EndpointOptions, suites: readonly SuiteName[]): Promise<string> {
  let endpoint: string;
  try {
    endpoint = await endpointName(suites);
  } catch (error) {
    throw new UsageError(`the environment names no endpoint: ${toCommandError(error).message}`, {
      cause: error,
    });
  }
  if (yes === endpoint) return endpoint;
  const { queues, tables } = needsOf(suites);
  const chosen =
    suites.length === SUITE_NAMES.length ? '' : ` ${suites.map((name) => `--suite ${name}`).join(' ')}`;
  const wrong = yes === undefined ? '' : `--yes ${safeText(yes)} does not name it: `;
  throw new UsageError(
    `${wrong}this would create ${resourcesText(queues, tables)} on ${endpoint}, and delete them at the end; to do that: npm run test:endpoint -- --yes ${endpoint}${chosen}`,
  );
}
