import { join } from 'node:path';
import { type SynthesiseOptions, synthesise } from '../lib/synthesise.ts';

export interface BuildOptions
  extends Pick<SynthesiseOptions, 'context' | 'minify' | 'program' | 'projectDirectory' | 'signal'> {}

/**
 * Bundles the functions and synthesises the stack as `cdk deploy` ships them, below one directory.
 *
 * @param progress - told the step as it starts
 * @returns the assembly's directory
 * @throws {SynthesisError} when a function does not compile, or a setting is wrong
 */
export async function buildAssembly(
  directory: string,
  progress: (step: string) => void = () => undefined,
  options: BuildOptions = {},
): Promise<string> {
  progress('building the stack');
  return synthesise({ outDirectory: join(directory, 'assembly'), ...options });
}
