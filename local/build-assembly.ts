import { join } from 'node:path';
import { type BundleOptions, bundle } from '../lib/bundle.ts';
import { synthesise } from '../lib/synthesise.ts';

/**
 * Bundles the functions and synthesises the stack as `cdk deploy` ships them, all below one directory.
 *
 * @param progress - told each step as it starts
 * @param options - `minify`: off for a debugger; then it is not byte for byte what is shipped
 * @returns the assembly's directory
 * @throws {BundleError} when a function does not compile
 * @throws {SynthesisError} when the configuration is wrong
 */
export async function buildAssembly(
  directory: string,
  progress: (step: string) => void = () => undefined,
  options: Pick<BundleOptions, 'minify'> = {},
): Promise<string> {
  const bundleDirectory = join(directory, 'bundles');
  progress('bundling the functions');
  await bundle({ outDirectory: bundleDirectory, ...options });
  progress('synthesising the stack');
  return synthesise({ outDirectory: join(directory, 'assembly'), bundleDirectory });
}
