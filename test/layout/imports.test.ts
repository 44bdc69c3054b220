import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';

/** What each layer may import of the project besides itself. Everything runs one way. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'lambdas/contract': [],
  'lambdas/runtime': ['lambdas/contract'],
  'lambdas/events': ['lambdas/contract'],
  'lambdas/router': ['lambdas/contract', 'lambdas/events'],
  'lambdas/database': [
    'lambdas/alerts',
    'lambdas/contract',
    'lambdas/events',
    'lambdas/router',
    'lambdas/runtime',
  ],
  'lambdas/alerts': ['lambdas/contract', 'lambdas/router', 'lambdas/runtime'],
  'lambdas/handlers': [
    'lambdas/alerts',
    'lambdas/contract',
    'lambdas/database',
    'lambdas/events',
    'lambdas/router',
    'lambdas/runtime',
  ],
  'lambdas/ledger': ['lambdas/contract', 'lambdas/runtime'],
  'lambdas/ingest': ['lambdas/contract', 'lambdas/events', 'lambdas/runtime'],
  'lambdas/consumer': [
    'lambdas/contract',
    'lambdas/events',
    'lambdas/handlers',
    'lambdas/ledger',
    'lambdas/router',
    'lambdas/runtime',
  ],
  // Function code is reached by path: the stack never loads it.
  lib: ['lambdas/contract'],
  local: ['lambdas', 'lib'],
  operator: ['lambdas', 'local'],
  bin: ['lib', 'local', 'operator'],
};

const ROOT = path.resolve(import.meta.dirname, '../..');
const IMPORT = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

const within = (file: string, layer: string) => file.startsWith(`${layer}/`);
const layerOf = (file: string) => Object.keys(LAYERS).find((layer) => within(file, layer));

function projectImports(file: string): string[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  return [...text.matchAll(IMPORT)].map(([, target = '']) =>
    path.relative(ROOT, path.resolve(ROOT, path.dirname(file), target)),
  );
}

describe('imports run one way', () => {
  const files = ['bin', 'lib', 'lambdas', 'local', 'operator'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => `${folder}/${file}`),
  );

  test('every source file is in a layer', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((file) => layerOf(file) === undefined)).toEqual([]);
  });

  test.each(Object.keys(LAYERS))('%s imports what it may', (layer) => {
    const allowed = [layer, ...(LAYERS[layer] ?? [])];
    const broken = files
      .filter((file) => layerOf(file) === layer)
      .flatMap((file) => projectImports(file).map((target) => `${file} -> ${target}`))
      .filter((arrow) => !allowed.some((each) => within(arrow.split(' -> ')[1] ?? '', each)));
    expect(broken).toEqual([]);
  });

  test('only the handlers that wire read the environment', () => {
    const readers = files.filter(
      (file) => within(file, 'lambdas') && /process\.env/.test(readFileSync(path.join(ROOT, file), 'utf8')),
    );
    expect(readers.sort()).toEqual([
      'lambdas/consumer/handler.ts',
      'lambdas/handlers/index.ts',
      'lambdas/ingest/handler.ts',
      'lambdas/runtime/environment-credentials.ts',
    ]);
  });
});
