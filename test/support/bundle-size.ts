import { posix } from 'node:path';
import type { Metafile } from 'esbuild';

/**
 * Bytes that Lambda loads before the first event: the entry and all that it imports statically. Chunks
 * behind a dynamic `import()` and source maps are not among them.
 */
export function startupBytes({ outputs }: Metafile): number {
  const entry = Object.entries(outputs).find(([, output]) => output.entryPoint !== undefined)?.[0];
  if (entry === undefined) throw new Error('the metafile names no entry point');
  const pending = [entry];
  const seen = new Set<string>();
  let bytes = 0;
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    const output = outputs[posix.normalize(path)];
    if (output === undefined || seen.has(path)) continue;
    seen.add(path);
    bytes += output.bytes;
    for (const imported of output.imports) {
      if (imported.kind === 'import-statement' && imported.external !== true) pending.push(imported.path);
    }
  }
  return bytes;
}
