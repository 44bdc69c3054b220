import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectDirectory } from '../../lib/project-paths.ts';
import { codeBlocks, DOCUMENTS } from '../docs/code-blocks.ts';
import type { Manifest } from './lock-rules.ts';

const manifestOf = (folder: string): Manifest & { readonly name: string } =>
  JSON.parse(readFileSync(join(projectDirectory, folder, 'package.json'), 'utf8'));
const { name, dependencies, devDependencies } = manifestOf('.');

/** Not imported by any file, and needed all the same. */
const TOOLS: Readonly<Record<string, string>> = {
  '@biomejs/biome': 'npm run lint',
  '@jest/test-sequencer': 'test/longest-first.js, which jest loads as JavaScript',
  '@swc/core': 'what @swc/jest compiles with',
  '@swc/jest': 'named in jest.config.js',
  '@types/aws-lambda': 'types the name aws-lambda, which is imported for its types alone',
  '@types/d3-shape': 'types d3-shape',
  '@types/node': 'named in tsconfig.json',
  '@types/pg': 'types pg',
  'aws-cdk': 'npm run synth, npm run deploy',
  'htmx.org': 'served by the inspector, resolved by its path',
  jest: 'npm run test:jest',
  typescript: 'npm run typecheck',
};

/** A line of an import declaration, `import('…')`, or a `require` made by `createRequire`. */
const SPECIFIER =
  /^(?:import|export|\}).*\bfrom '([^'.][^']*)';$|\b(?:import|require)\(\s*'([^'.][^']*)'\s*\)/gm;

function importedPackages(folder: string): ReadonlySet<string> {
  const files = readdirSync(join(projectDirectory, folder), { recursive: true, encoding: 'utf8' });
  return packagesIn(
    files
      .filter((file) => /\.(?:tsx?|mjs)$/.test(file) && !/(?:^|\/)node_modules\//.test(file))
      .map((file) => readFileSync(join(projectDirectory, folder, file), 'utf8')),
  );
}

function packagesIn(texts: readonly string[]): ReadonlySet<string> {
  const names = texts
    .flatMap((text) => [...text.matchAll(SPECIFIER)])
    .map(([, first, second = '']) => first ?? second)
    .filter((specifier) => !isBuiltin(specifier) && /^@?[a-z][\w./@-]*$/.test(specifier))
    // By its own name, as a project imports it.
    .filter((specifier) => !specifier.startsWith(`${name}/`))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  return new Set(names);
}

const shipped = importedPackages('lambdas');
const byUser = importedPackages('app');
const inDocuments = packagesIn(DOCUMENTS.flatMap(codeBlocks).map(({ code }) => code));
const all = new Set([
  ...inDocuments,
  ...['app', 'bin', 'lib', 'lambdas', 'local', 'operator', 'testing', 'test']
    .filter((folder) => existsSync(join(projectDirectory, folder)))
    .flatMap((folder) => [...importedPackages(folder)]),
]);

describe('what is imported', () => {
  test('is asked for in package.json, and does not come by chance with something else', () => {
    const declared = { ...dependencies, ...devDependencies };
    const undeclared = [...all].filter((name) => !Object.hasOwn(declared, name) && name !== 'aws-lambda');
    expect(undeclared).toEqual([]);
  });

  test('by the functions’ code is a dependency, not a devDependency', () => {
    const typesAlone = ['aws-lambda', '@standard-schema/spec'];
    const wrong = [...shipped].filter(
      (name) => !Object.hasOwn(dependencies, name) && !typesAlone.includes(name),
    );
    expect(wrong).toEqual([]);
    expect(Object.keys(dependencies).filter((name) => !shipped.has(name) && !byUser.has(name))).toEqual([]);
  });

  test('is all that there is: nothing is installed that nobody uses', () => {
    const unused = Object.keys(devDependencies).filter(
      (name) => !all.has(name) && !Object.hasOwn(TOOLS, name),
    );
    expect(unused).toEqual([]);
    expect(Object.keys(TOOLS).filter((name) => all.has(name))).toEqual([]);
  });

  test('by bench/ is asked for there or here, and is all that there is', () => {
    const bench = manifestOf('bench').dependencies;
    const used = importedPackages('bench');
    const declared = { ...bench, ...dependencies, ...devDependencies };
    expect([...used].filter((each) => !Object.hasOwn(declared, each) && each !== 'aws-lambda')).toEqual([]);
    expect(Object.keys(bench).filter((each) => !used.has(each))).toEqual([]);
  });
});
