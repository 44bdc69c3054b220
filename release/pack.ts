import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectDirectory } from '../lib/project-paths.ts';
import { DEV_DEPENDENCIES } from '../operator/commands/init/scaffold.ts';

// `npm run pack`: fills dist/package with what is published, and packs it. Prints the tarball's path. `--version X` gives
// another version, for a test of updates.

const STAGE = join(projectDirectory, 'dist/package');
/** Emitted, with what lies between their sources. */
const FOLDERS = ['lib', 'lambdas', 'local', 'operator', 'testing'];
const ASSETS = /\.(?:mjs|js|css|svg|sql|d\.ts)$/;
/** As they are: the scaffold's sources, and what a reader wants. */
const COPIED = [
  'app',
  'bin/app.ts',
  'operator/commands/init/template',
  '.env.local.example',
  'cdk.json',
  'docs',
  'CHANGELOG.md',
  'LICENSE',
  'README.md',
];
const PEERS = ['aws-cdk-lib', 'constructs'];
/** Types in the package's own declarations. */
const TYPES = ['@standard-schema/spec', '@types/aws-lambda'];
/** Imported by nothing, and needed at run time: the inspector serves it by its path. */
const BY_PATH = ['htmx.org'];

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly engines: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

const { values: options } = parseArgs({ options: { version: { type: 'string' } } });
const manifest: Manifest = JSON.parse(readFileSync(join(projectDirectory, 'package.json'), 'utf8'));
const versions = { ...manifest.devDependencies, ...manifest.dependencies };

rmSync(STAGE, { recursive: true, force: true });
execFileSync(process.execPath, [
  join(projectDirectory, 'node_modules/typescript/bin/tsc'),
  '--project',
  join(projectDirectory, 'release/tsconfig.json'),
]);
mendTypes();
for (const folder of FOLDERS) copyAssets(folder);
for (const path of COPIED) copy(path);
const bin = join(STAGE, 'bin/supaglue-webhooks.js');
writeFileSync(bin, "#!/usr/bin/env node\nawait import('./webhooks.js');\n");
chmodSync(bin, 0o755);
writeFileSync(join(STAGE, 'package.json'), `${JSON.stringify(stagedManifest(), null, 2)}\n`);

const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', join(projectDirectory, 'dist')], {
  cwd: STAGE,
  encoding: 'utf8',
});
const [{ filename = '', size = 0, entryCount = 0 } = {}] = JSON.parse(packed) as readonly {
  readonly filename: string;
  readonly size: number;
  readonly entryCount: number;
}[];
process.stderr.write(`${entryCount} files, ${Math.round(size / 1000)} KB\n`);
process.stdout.write(`${join(projectDirectory, 'dist', filename)}\n`);

/** The compiler writes the way from dist/package to the source, in place of the one within the package. */
function mendTypes(): void {
  const path = join(STAGE, 'lambdas/handlers.d.ts');
  const text = readFileSync(path, 'utf8');
  const mended = text.replace(/<reference path="[^"]*(?=\/database\/sql-text)/, '<reference path=".');
  if (mended === text) throw new Error('lambdas/handlers.d.ts refers to no declaration of .sql files');
  writeFileSync(path, mended);
}

function copyAssets(folder: string): void {
  for (const name of readdirSync(join(projectDirectory, folder), { recursive: true, encoding: 'utf8' })) {
    if (ASSETS.test(name) && !name.includes('/template/')) copy(join(folder, name));
  }
}

function copy(path: string): void {
  const target = join(STAGE, path);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(join(projectDirectory, path), target, { recursive: true });
}

function stagedManifest(): object {
  const { name, description, license, engines } = manifest;
  const version = options.version ?? manifest.version;
  const entries = Object.entries(manifest.exports).map(([key, source]) => [key, exportOf(source)]);
  const wanted = [...importedPackages(), ...TYPES, ...BY_PATH].filter((each) => !PEERS.includes(each));
  const pinned = (names: readonly string[]) =>
    Object.fromEntries([...new Set(names)].sort().map((each) => [each, versionOf(each)]));
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    engines,
    bin: { 'supaglue-webhooks': 'bin/supaglue-webhooks.js' },
    exports: Object.fromEntries(entries),
    dependencies: pinned(wanted),
    peerDependencies: Object.fromEntries(PEERS.map((each) => [each, `^${versionOf(each)}`])),
    scaffoldDependencies: pinned([...DEV_DEPENDENCIES, ...PEERS]),
  };
}

function exportOf(source: string): string | object {
  if (!source.endsWith('.ts')) return source;
  return { types: source.replace(/\.ts$/, '.d.ts'), default: source.replace(/\.ts$/, '.js') };
}

function versionOf(name: string): string {
  const version = versions[name];
  if (version === undefined) throw new Error(`${name} is imported, and package.json does not have it`);
  return version;
}

/** Of the emitted code: what TypeScript left of the imports is needed at run time. */
function importedPackages(): readonly string[] {
  const found = new Set<string>();
  for (const name of readdirSync(STAGE, { recursive: true, encoding: 'utf8' })) {
    if (!/\.m?js$/.test(name) || name.includes('/template/')) continue;
    const text = readFileSync(join(STAGE, name), 'utf8');
    for (const [, first, second = ''] of text.matchAll(
      /^(?:import|export|\}).*\bfrom ['"]([^'".][^'"]*)['"];$|\b(?:import|require)\(\s*['"]([^'".][^'"]*)['"]/gm,
    )) {
      const specifier = first ?? second;
      if (isBuiltin(specifier) || !/^@?[a-z][\w./@-]*$/.test(specifier)) continue;
      found.add(
        specifier
          .split('/')
          .slice(0, specifier.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    }
  }
  return [...found];
}
