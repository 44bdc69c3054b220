import { join } from 'node:path';
import { type BundleOptions, bundle } from '../lib/bundle.ts';
import { type SynthesiseOptions, synthesise } from '../lib/synthesise.ts';

export interface BuildOptions extends Pick<BundleOptions, 'minify'>, Pick<SynthesiseOptions, 'context'> {}

/**
 * Bundles the functions and synthesises the stack as `cdk deploy` ships them, all below one directory.
 *
 * @param progress - told each step as it starts
 * @param options - `minify`: off for a debugger; then it is not byte for byte what is shipped. `context`: the stack's
 *   configuration, as `-c key=value` would give it
 * @returns the assembly's directory
 * @throws {BundleError} when a function does not compile
 * @throws {SynthesisError} when the configuration is wrong
 */
export async function buildAssembly(
  directory: string,
  progress: (step: string) => void = () => undefined,
  { context, ...options }: BuildOptions = {},
): Promise<string> {
  const bundleDirectory = join(directory, 'bundles');
  progress('bundling the functions');
  await bundle({ outDirectory: bundleDirectory, ...options });
  progress('synthesising the stack');
  return synthesise({
    outDirectory: join(directory, 'assembly'),
    bundleDirectory,
    ...(context === undefined ? {} : { context }),
  });
}
