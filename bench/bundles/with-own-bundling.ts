import type { Metafile } from 'esbuild';
import { bundle } from '../../lib/bundle.ts';
import { ENTRY_FILE } from '../../lib/project-paths.ts';

export interface Bundled {
  /** The file that a process imports. */
  readonly entry: string;
  readonly metafile: Metafile;
}

/** Bundles as the stack's own functions are, each in a directory of its name. */
export async function withOwnBundling<Name extends string>(
  outDirectory: string,
  entries: Readonly<Record<Name, string>>,
): Promise<Readonly<Record<Name, Bundled>>> {
  const metafiles = await bundle({ outDirectory, entries });
  return Object.fromEntries(
    Object.entries(metafiles).map(([name, metafile]) => [
      name,
      { entry: `${outDirectory}/${name}/${ENTRY_FILE}`, metafile },
    ]),
  ) as Record<Name, Bundled>;
}
