import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BUNDLES_VARIABLE, MINIFY_VARIABLE } from './function-code.ts';

export interface SynthesiseOptions {
  /** Gets the cloud assembly: `manifest.json`, the template, the assets. */
  readonly outDirectory: string;
  /** Configuration, as `-c key=value` would give it; added to the context of cdk.json. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Holds cdk.json. @default the working directory */
  readonly projectDirectory?: string;
  /** A TypeScript file that makes another app than the project's own. @default what `app` in cdk.json says */
  readonly program?: string;
  /** Off for a debugger; then the code is not byte for byte what is shipped. @default true */
  readonly minify?: boolean;
  /** Ends it early. */
  readonly signal?: AbortSignal;
  /** Directory with bundles that are there already. @default they are made */
  readonly bundleDirectory?: string;
}

/** The app refused or failed; `message` is what it wrote to stderr. */
export class SynthesisError extends Error {
  override readonly name = 'SynthesisError';
}

/**
 * Writes the assembly that `cdk deploy` ships, by the same program and context but without the CDK CLI.
 * A process of its own: CDK is slow to load, and its memory is given back.
 *
 * @returns the assembly's directory
 * @throws {SynthesisError} when a setting is wrong or the functions do not compile
 */
export async function synthesise(options: SynthesiseOptions): Promise<string> {
  const { outDirectory, context = {}, projectDirectory = process.cwd(), program, minify = true } = options;
  const settings = readSettings(projectDirectory);
  const assemblyDirectory = resolve(outDirectory);
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const [command, args] =
    program === undefined ? [settings.app, []] : [process.execPath, ['--import', tsx, program]];
  if (command === undefined) {
    throw new SynthesisError(`${join(projectDirectory, 'cdk.json')} names no app: run this in a CDK project`);
  }
  await run(
    command,
    args,
    {
      cwd: projectDirectory,
      // As the CDK CLI runs it: a command line of the project's own.
      shell: program === undefined,
      env: {
        ...process.env,
        // The template's validation takes two thirds of the time; `cdk synth` and `cdk deploy` run it.
        CDK_VALIDATION: 'false',
        CDK_OUTDIR: assemblyDirectory,
        CDK_CONTEXT_JSON: JSON.stringify({ ...settings.context, ...context }),
        [MINIFY_VARIABLE]: String(minify),
        [BUNDLES_VARIABLE]: options.bundleDirectory === undefined ? '' : resolve(options.bundleDirectory),
      },
    },
    options.signal,
  );
  return assemblyDirectory;
}

interface CdkSettings {
  readonly app?: string;
  readonly context?: Readonly<Record<string, unknown>>;
}

function readSettings(projectDirectory: string): CdkSettings {
  const path = join(projectDirectory, 'cdk.json');
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
}

function run(
  command: string,
  args: readonly string[],
  options: Parameters<typeof spawn>[2],
  signal: AbortSignal | undefined,
): Promise<void> {
  return new Promise((done, fail) => {
    // A group of its own: the app starts processes, which are ended with it.
    const detached = process.platform !== 'win32';
    const child = spawn(command, args, { ...options, detached, stdio: ['ignore', 'ignore', 'pipe'] });
    const end = () => {
      try {
        if (child.pid !== undefined) process.kill(detached ? -child.pid : child.pid);
      } catch {
        // It has ended already, and what it wrote is still to be read.
      }
    };
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', fail);
    child.on('close', (code, cause) => {
      signal?.removeEventListener('abort', end);
      if (signal?.aborted === true) return fail(signal.reason);
      if (code === 0) return done();
      const text = stderr.trim();
      fail(new SynthesisError(text === '' ? `the CDK app ended with ${code ?? cause}` : text));
    });
    if (signal?.aborted === true) end();
    else signal?.addEventListener('abort', end);
  });
}
