import { posix } from 'node:path';
import type { Metafile } from 'esbuild';

type Output = Metafile['outputs'][string];

/** What is loaded before the first event: the entry and its static imports, not what is imported later. */
export function startupOutputs({ outputs }: Metafile): readonly Output[] {
  const entry = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint !== undefined)?.[0];
  const found = new Map<string, Output>();
  const visit = (path: string) => {
    const output = outputs[posix.normalize(path)];
    if (output === undefined || found.has(path)) return;
    found.set(path, output);
    for (const each of output.imports) {
      if (each.kind === 'import-statement' && each.external !== true) visit(each.path);
    }
  };
  if (entry !== undefined) visit(entry);
  return [...found.values()];
}

export interface Share {
  readonly name: string;
  readonly value: number;
}

/** Bytes in the start's files by package, the largest first; the project's own by folder. */
export function moduleBytes(metafile: Metafile): readonly Share[] {
  const bytes = new Map<string, number>();
  for (const { inputs } of startupOutputs(metafile)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const name = moduleOf(path);
      bytes.set(name, (bytes.get(name) ?? 0) + bytesInOutput);
    }
  }
  return largestFirst(bytes);
}

/** `node_modules/@aws-sdk/core/…` → `@aws-sdk/core`, `lambdas/ingest/…` → `lambdas/ingest`. */
export function moduleOf(path: string): string {
  const inPackage = /(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1];
  return inPackage ?? /(?:lambdas|bench)\/[^/]+/.exec(path)?.[0] ?? 'other';
}

export function largestFirst(values: ReadonlyMap<string, number>): readonly Share[] {
  return [...values].map(([name, value]) => ({ name, value })).sort((a, b) => b.value - a.value);
}
