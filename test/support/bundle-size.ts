import { posix } from 'node:path';
import type { Metafile } from 'esbuild';

/**
 * Bytes that Lambda loads before the first event: the entry and all that it imports statically. Chunks
 * behind a dynamic `import()` and source maps are not among them.
 */
export function startupBytes(metafile: Metafile): number {
  return startupPaths(metafile).reduce((bytes, path) => bytes + (metafile.outputs[path]?.bytes ?? 0), 0);
}

/** Paths of the outputs that are loaded before the first event. */
export function startupPaths({ outputs }: Metafile): readonly string[] {
  // A chunk behind a dynamic `import()` has an entry point, too.
  const lazy = new Set(
    Object.values(outputs)
      .flatMap(({ imports }) => imports)
      .filter(({ kind }) => kind === 'dynamic-import')
      .map(({ path }) => posix.normalize(path)),
  );
  const entry = Object.entries(outputs).find(
    ([path, output]) => output.entryPoint !== undefined && !lazy.has(posix.normalize(path)),
  )?.[0];
  if (entry === undefined) throw new Error('the metafile names no entry point');
  const pending = [entry];
  const seen = new Set<string>();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const path = posix.normalize(next);
    const output = outputs[path];
    if (output === undefined || seen.has(path)) continue;
    seen.add(path);
    for (const imported of output.imports) {
      if (imported.kind === 'import-statement' && imported.external !== true) pending.push(imported.path);
    }
  }
  return [...seen];
}
