import { resolve } from 'node:path';
import type { Metafile } from 'esbuild';
import { bundle } from '../../lib/bundle.ts';
import { ENTRY_FILE, projectDirectory } from '../../lib/project-paths.ts';

export interface Bundled {
  /** The file that a process imports. */
  readonly entry: string;
  readonly metafile: Metafile;
}

/**
 * Bundles as the stack's own functions are, each in a directory of its name.
 *
 * @param entries - files below the project
 */
export async function withOwnBundling<Name extends string>(
  outDirectory: string,
  entries: Readonly<Record<Name, string>>,
  alias: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<Name, Bundled>>> {
  const paths = Object.entries<string>(entries).map(([name, entry]) => [
    name,
    resolve(projectDirectory, entry),
  ]);
  const metafiles = await bundle({ outDirectory, entries: Object.fromEntries(paths), alias });
  return Object.fromEntries(
    Object.entries(metafiles).map(([name, metafile]) => [
      name,
      { entry: `${outDirectory}/${name}/${ENTRY_FILE}`, metafile },
    ]),
  ) as Record<Name, Bundled>;
}
