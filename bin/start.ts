import { join } from 'node:path';
import { projectDirectory, SOURCE_EXTENSION } from '../lib/project-paths.ts';
import { takesColours } from '../local/colours.ts';
import { BuildDirectories } from '../local/start/build-directories.ts';
import { parseStartOptions } from '../local/start/options.ts';
import { stopSignal } from '../local/start/stop-signal.ts';

// `npm start`. Ends with 0 after Ctrl-C or SIGTERM, 1 when it could not start, 2 for a wrong command line,
// 130 when a second Ctrl-C cut the stopping short.

// The functions run on Node.js 24 in the cloud; a hint about this machine's version would only be noise.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const options = parseStartOptions(process.argv.slice(2), {
  writeOut: (text) => process.stdout.write(text),
  writeErr: (text) => process.stderr.write(text),
});

if ('exitCode' in options) {
  process.exitCode = options.exitCode;
} else {
  process.stdout.write('starting …\n');
  const stopped = stopSignal(() => process.exit(130));
  const directory = process.cwd();
  // A build that is cut short leaves nobody waiting for it; the run itself says so.
  let isUp = false;
  stopped.addEventListener('abort', () => {
    if (!isUp) process.stdout.write('stopping …\n');
  });
  const failed = new AbortController();
  let first: Promise<string> | undefined;
  const builds = await BuildDirectories.open(join(directory, '.local'));
  try {
    const { buildAssembly } = await import('../local/build-assembly.ts');
    const database =
      options.withDatabase === true ? await import('../local/database/local-database.ts') : undefined;
    const supaglue = options.withSupaglue === true ? await import('../local/supaglue/server.ts') : undefined;
    const build = () =>
      buildAssembly(builds.next(), undefined, {
        signal: AbortSignal.any([stopped, failed.signal]),
        minify: options.inspectPort === undefined,
        context: {
          ...(database && { databaseSecretArn: database.LOCAL_DATABASE_SECRET_ARN }),
          ...supaglue?.RECONCILED_CONTEXT,
        },
      });
    first = build();
    // Whoever waits for it below is told; the rest is loaded while the stack is built.
    first.catch(() => undefined);
    const [{ run }, { typeCheck }] = await Promise.all([
      import('../local/start/run.ts'),
      import('../local/start/type-check.ts'),
    ]);
    const inspector = Promise.all([
      import('../operator/inspector/serve-inspector.ts'),
      import('../operator/core/local-target.ts'),
      import('../operator/core/target.ts'),
      import('../operator/dead-letters/registered-handlers.ts'),
    ]);
    inspector.catch(() => undefined);
    await run({
      options,
      directory,
      ...(database === undefined
        ? {}
        : {
            startDatabase: () =>
              database.startLocalDatabase({
                namedUrl: options.databaseUrl,
                environmentUrl: process.env[database.DATABASE_URL_VARIABLE],
              }),
          }),
      sourceDirectories: [
        join(directory, 'app'),
        // In a checkout of the framework itself its own code is worked on, too.
        ...(SOURCE_EXTENSION === '.ts' ? [join(projectDirectory, 'lambdas')] : []),
      ],
      typeCheck: () => typeCheck(directory, stopped),
      async onRunning(assemblyDirectory) {
        isUp = true;
        await builds.runs(assemblyDirectory);
      },
      stopped,
      colour: takesColours(process.stdout, process.env),
      write: (text) => process.stdout.write(text),
      async serveInspector({ exports, handlers, write, onFault }) {
        const [{ serveInspector }, { localTarget }, { closeTarget }, { handlersOf }] = await inspector;
        const target = localTarget(exports);
        const served = await serveInspector({
          target,
          write,
          onFault,
          loadHandlers: async () => handlersOf(handlers()),
        });
        return {
          url: served.url,
          close: () => served.close().finally(() => closeTarget(target)),
        };
      },
      async build(progress) {
        progress('building the stack');
        const assemblyDirectory = await (first ?? build());
        first = undefined;
        return assemblyDirectory;
      },
    });
  } catch (error) {
    if (!stopped.aborted) {
      process.stderr.write(`${describe(error)}\n`);
      process.exitCode = 1;
    }
  } finally {
    failed.abort();
    await first?.catch(() => undefined);
    await builds.remove();
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    if ('inspectPort' in options && error.port === options.inspectPort) {
      return `port ${error.port} is taken: choose another with --inspect PORT`;
    }
    return `port ${error.port} is taken: choose another with --port, or any free one with --port 0`;
  }
  return error.message;
}
