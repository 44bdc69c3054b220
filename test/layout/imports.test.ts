import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';

/** What each layer may import of the project besides itself. Everything runs one way. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  'lambdas/contract': [],
  'lambdas/runtime': ['lambdas/contract'],
  'lambdas/events': ['lambdas/contract'],
  'lambdas/router': ['lambdas/contract', 'lambdas/events'],
  'lambdas/alerts': ['lambdas/contract', 'lambdas/router', 'lambdas/runtime'],
  'lambdas/database': ['lambdas/contract', 'lambdas/events', 'lambdas/router', 'lambdas/runtime'],
  'lambdas/ledger': ['lambdas/contract', 'lambdas/runtime'],
  'lambdas/ingest': ['lambdas/contract', 'lambdas/events', 'lambdas/runtime'],
  'lambdas/consumer': [
    'lambdas/contract',
    'lambdas/events',
    'lambdas/ledger',
    'lambdas/router',
    'lambdas/runtime',
  ],
  'lambdas/reconcile': [
    'lambdas/contract',
    'lambdas/database/supaglue',
    'lambdas/events',
    'lambdas/ingest/message.ts',
    'lambdas/ledger',
    'lambdas/router/errors.ts',
    'lambdas/runtime',
  ],
  // What a user's handlers are written with.
  'lambdas/handlers.ts': ['lambdas'],
  // Function code is reached by path: the stack never loads it.
  lib: ['lambdas/contract'],
  local: ['lambdas', 'lib'],
  // Faults for handlers: nothing of it reaches a function's bundle, whose layers may not import it.
  testing: ['lambdas', 'local'],
  operator: ['lambdas', 'lib', 'local', 'testing'],
  // The CDK entry, which does nothing but make the user's stack.
  'bin/app.ts': ['app/stack.ts'],
  bin: ['lib', 'local', 'operator'],
  // The user's part imports the framework by the package's own name alone.
  app: [],
};

const ROOT = path.resolve(import.meta.dirname, '../..');
const IMPORT = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

const within = (file: string, layer: string) => file === layer || file.startsWith(`${layer}/`);
const layerOf = (file: string) => Object.keys(LAYERS).find((layer) => within(file, layer));

function projectImports(file: string): string[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  return [...text.matchAll(IMPORT)].map(([, target = '']) =>
    path.relative(ROOT, path.resolve(ROOT, path.dirname(file), target)),
  );
}

const importsOf = (file: string): string =>
  readFileSync(path.join(ROOT, file), 'utf8')
    .split('\n')
    .filter((line) => /\b(?:from|import)\b/.test(line))
    .join('\n');

describe('imports run one way', () => {
  const bench = readdirSync(path.join(ROOT, 'bench'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('node_modules/'))
    .map((file) => `bench/${file}`);
  const files = ['app', 'bin', 'lib', 'lambdas', 'local', 'operator', 'testing'].flatMap((folder) =>
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

  test('the user’s part imports the package by its own name, and nothing imports it but the CDK entry', () => {
    const packages = files
      .filter((file) => within(file, 'app'))
      .flatMap((file) => [...readFileSync(path.join(ROOT, file), 'utf8').matchAll(/from '([^.'][^']*)'/g)])
      .map(([, name = '']) => name)
      .filter((name) => name.startsWith('supaglue'));
    expect(new Set(packages)).toEqual(
      new Set(['supaglue-webhooks-aws/construct', 'supaglue-webhooks-aws/handlers']),
    );
    const byName = [...files, ...bench].filter(
      (file) =>
        !within(file, 'app') &&
        // The user's too, once it is copied.
        !within(file, 'operator/commands/init/template') &&
        file !== 'bin/app.ts' &&
        /supaglue-webhooks-aws\/|\bapp\/handlers/.test(importsOf(file)),
    );
    expect(byName).toEqual([]);
  });

  test('no file is in a circle, by types neither', () => {
    const known = new Set(files);
    const graph = new Map(
      files.map((file) => [file, projectImports(file).filter((target) => known.has(target))] as const),
    );
    expect(circlesOf(graph)).toEqual([]);
  });

  test('only what wires reads the environment', () => {
    const readers = files.filter(
      (file) => within(file, 'lambdas') && /process\.env/.test(readFileSync(path.join(ROOT, file), 'utf8')),
    );
    expect(readers.sort()).toEqual([
      'lambdas/alerts/add-alerts.ts',
      'lambdas/consumer/create-consumer-handler.ts',
      'lambdas/database/use-cases/add-database-use-cases.ts',
      'lambdas/ingest/handler.ts',
      'lambdas/runtime/environment-credentials.ts',
      'lambdas/runtime/handler-secret.ts',
    ]);
  });
});

/** Groups of files each of which leads to all others (Tarjan's strongly connected components). */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const indexes = new Map<string, number>();
  const lows = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (file: string): void => {
    indexes.set(file, indexes.size);
    lows.set(file, indexes.get(file) ?? 0);
    stack.push(file);
    for (const target of graph.get(file) ?? []) {
      if (!indexes.has(target)) visit(target);
      if (stack.includes(target)) {
        lows.set(file, Math.min(lows.get(file) ?? 0, lows.get(target) ?? 0));
      }
    }
    if (lows.get(file) !== indexes.get(file)) return;
    const circle = stack.splice(stack.indexOf(file));
    if (circle.length > 1) circles.push(circle.sort());
  };
  for (const file of graph.keys()) if (!indexes.has(file)) visit(file);
  return circles;
}
