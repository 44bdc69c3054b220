import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { ConsumerEnvironment } from '../../../lambdas/contract/environment.ts';
import { bundle } from '../../../lib/bundle.ts';
import { ENTRY_FILE, projectDirectory, SOURCE_EXTENSION } from '../../../lib/project-paths.ts';
import { safeText } from '../../../local/safe-text.ts';
import { readUserVariables, USER_VARIABLES_FILE } from '../../../local/user-variables.ts';
import type { FaultsRequest, HandlerReport } from '../../../testing/explore-handlers.ts';
import type { CommandContext } from '../../cli/context.ts';
import { plainTable } from '../../cli/table.ts';
import { CommandError, ExitCode } from '../../core/command-error.ts';

export interface FaultsOptions {
  readonly file?: string;
  readonly type?: string;
  readonly handlers: string;
  readonly live?: boolean;
  readonly json?: true;
}

const NO_NETWORK = `${projectDirectory}lib/no-network.mjs`;
const KIT = pathToFileURL(`${projectDirectory}testing/explore-handlers${SOURCE_EXTENSION}`).href;
const SCRIPT = `
  import { writeFileSync } from 'node:fs';
  const { exploreHandlers } = await import(${JSON.stringify(KIT)});
  const { handler } = await import(process.env.FAULTS_BUNDLE);
  writeFileSync(3, JSON.stringify(await exploreHandlers(handler.routes, JSON.parse(process.env.FAULTS_REQUEST))));
  process.exit(0);`;
const ONLY_FETCH =
  '  Of calls only fetch is answered here. What makes others is tested with an effect\n  of the test: docs/testing-handlers.md; or name the handler that you mean.';
const NO_CREDENTIALS = { AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' };
/** Told, and no reason to fail. */
const REMARKS: ReadonlySet<string> = new Set(['swallows-error', 'gives-up']);

/** `faults`: runs the user's handlers in a process of their own, with a crash at each place. */
export async function runFaults(
  handler: string | undefined,
  { file, type, handlers, live = false, json }: FaultsOptions,
  { terminal, directory, environment, signal }: CommandContext,
): Promise<ExitCode> {
  const event = file === undefined ? undefined : await readEvent(resolve(directory, file));
  const request: FaultsRequest = { handler, type, event, live };
  await mkdir(join(directory, '.local'), { recursive: true });
  // Below the project, where its packages are found.
  const outDirectory = await mkdtemp(join(directory, '.local/faults-'));
  const progress = terminal.progress('running the handlers');
  try {
    const external = ['supaglue-webhooks-aws/*'];
    const entries = { consumer: resolve(directory, handlers) };
    await bundle({ outDirectory, entries, external, minify: false });
    const reports = await explore(
      {
        ...(live ? environment : { PATH: environment['PATH'] }),
        // The AWS SDK shall say what is refused, and not what is missing.
        ...(live
          ? {}
          : { AWS_REGION: 'us-east-1', ...NO_CREDENTIALS, NO_NETWORK_BECAUSE: 'only fetch is answered' }),
        ...consumerEnvironment(),
        ...(await readUserVariables(join(directory, USER_VARIABLES_FILE))),
        FAULTS_BUNDLE: pathToFileURL(join(outDirectory, 'consumer', ENTRY_FILE)).href,
        FAULTS_REQUEST: JSON.stringify(request),
      },
      live,
      signal,
    );
    if (reports.length === 0)
      throw new CommandError(`no handler ${safeText(handler ?? '')} of ${safeText(type ?? 'any type')}`);
    progress.stop();
    terminal.print(json === true ? JSON.stringify(reports) : reports.map(reportText).join('\n\n'));
    const problems = reports.flatMap(({ findings }) => findings).filter(({ kind }) => !REMARKS.has(kind));
    return problems.length === 0 ? ExitCode.DONE : ExitCode.FAILED;
  } finally {
    progress.stop();
    await rm(outDirectory, { recursive: true, force: true });
  }
}

async function explore(env: NodeJS.ProcessEnv, live: boolean, signal: AbortSignal): Promise<HandlerReport[]> {
  const loader =
    SOURCE_EXTENSION === '.ts'
      ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
      : [];
  const network = live ? [] : ['--import', NO_NETWORK];
  const child = spawn(process.execPath, [...loader, ...network, '--input-type=module', '--eval', SCRIPT], {
    env,
    signal,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  // Interrupted, it ends without a word.
  child.on('error', () => undefined);
  const [said = '', reports = ''] = await Promise.all(
    (child.stdio.slice(2, 4) as Readable[]).map((stream) => text(stream)),
  );
  if (reports === '') throw new CommandError(`the handlers cannot be run: ${safeText(said, 2_000)}`);
  return JSON.parse(reports);
}

/** Any values: what they lead to is not reached. */
function consumerEnvironment() {
  const names = Object.values(ConsumerEnvironment).filter(
    (name) => !/SECRET|DATABASE|SUPAGLUE|SCHEMA/.test(name),
  );
  return Object.fromEntries(names.map((name) => [name, '60']));
}

async function readEvent(path: string): Promise<FaultsRequest['event']> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new CommandError(`${safeText(path)} holds no event`, { cause });
  }
}

function reportText({ handler, type, places, findings, effects }: HandlerReport): string {
  const rows = places.map((place) => [
    safeText(`${place.when} ${place.effect.name}`),
    safeText(place.text.replace(/^a crash .*? repeats/, 'repeats')),
  ]);
  const others = findings.filter((finding) => places.every((place) => place.text !== finding.text));
  return [
    safeText(`${handler}, ${type}`),
    ...(rows.length > 0 ? [plainTable({ head: ['CRASH', 'THEN'], widths: [40, 41], rows })] : []),
    ...(effects.length + others.length === 0 ? ['  no call of fetch: a crash repeats nothing'] : []),
    ...others.map((finding) => safeText(`! ${finding.text}`)),
    ...(others.some(({ kind }) => kind === 'fails') ? [ONLY_FETCH] : []),
  ].join('\n');
}
