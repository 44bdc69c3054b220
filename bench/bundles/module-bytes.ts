import type { Metafile } from 'esbuild';
import { startupPaths } from '../../test/support/bundle-size.ts';

export interface Share {
  readonly name: string;
  readonly value: number;
}

/** Bytes in the start's files by package, the largest first; the project's own by folder. */
export function moduleBytes(metafile: Metafile): readonly Share[] {
  const bytes = new Map<string, number>();
  for (const output of startupPaths(metafile)) {
    const inputs = metafile.outputs[output]?.inputs ?? {};
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
  return inPackage ?? /^(?:\.\.\/)*([^/]+\/[^/]+)/.exec(path)?.[1] ?? 'other';
}

export function largestFirst(values: ReadonlyMap<string, number>): readonly Share[] {
  return [...values].map(([name, value]) => ({ name, value })).sort((a, b) => b.value - a.value);
}
