import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { BUNDLE_DIRECTORY_VARIABLE, defaultBundleDirectory, projectDirectory } from './project-paths.ts';

export interface SynthesiseOptions {
  /** Gets the cloud assembly: `manifest.json`, the template, the assets. */
  readonly outDirectory: string;
  /** Configuration, as `-c key=value` would give it; added to the context of cdk.json. */
  readonly context?: Readonly<Record<string, unknown>>;
  /** Output directory of the bundling step. @default dist, below the project */
  readonly bundleDirectory?: string;
}

/** `bin/app.ts` refused or failed; `message` is what it wrote to stderr. */
export class SynthesisError extends Error {
  override readonly name = 'SynthesisError';
}

/**
 * Writes the assembly that `cdk deploy` ships, by the same program and context but without the CDK CLI.
 * A process of its own: CDK is slow to load, and its memory is given back.
 *
 * @returns the assembly's directory
 * @throws {SynthesisError} when the configuration is wrong or the functions are not bundled
 */
export async function synthesise(options: SynthesiseOptions): Promise<string> {
  const { outDirectory, context = {}, bundleDirectory = defaultBundleDirectory } = options;
  const { context: defaults } = JSON.parse(await readFile(join(projectDirectory, 'cdk.json'), 'utf8'));
  const assemblyDirectory = resolve(outDirectory);
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  try {
    await promisify(execFile)(process.execPath, ['--import', tsx, join(projectDirectory, 'bin/app.ts')], {
      cwd: projectDirectory,
      env: {
        ...process.env,
        // The template's validation takes two thirds of the time; `cdk synth` and `cdk deploy` run it.
        CDK_VALIDATION: 'false',
        CDK_OUTDIR: assemblyDirectory,
        CDK_CONTEXT_JSON: JSON.stringify({ ...defaults, ...context }),
        [BUNDLE_DIRECTORY_VARIABLE]: resolve(bundleDirectory),
      },
    });
  } catch (error) {
    const { stderr = '' } = error as { readonly stderr?: string };
    throw new SynthesisError(stderr.trim() === '' ? String(error) : stderr.trim(), { cause: error });
  }
  return assemblyDirectory;
}
