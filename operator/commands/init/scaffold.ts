import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { projectDirectory } from '../../../lib/project-paths.ts';
import { CommandError } from '../../core/command-error.ts';

const TEMPLATE = 'operator/commands/init/template';

/** Source below this package → place in the new project. npm leaves dot files out of packages, so they are named here. */
const FILES: Readonly<Record<string, string>> = {
  app: 'app',
  'bin/app.ts': 'bin/app.ts',
  '.env.local.example': '.env.local.example',
  [`${TEMPLATE}/README.md`]: 'README.md',
  [`${TEMPLATE}/gitignore`]: '.gitignore',
  [`${TEMPLATE}/npmrc`]: '.npmrc',
  [`${TEMPLATE}/test`]: 'test',
  [`${TEMPLATE}/tsconfig.json`]: 'tsconfig.json',
  [`${TEMPLATE}/jest.config.js`]: 'jest.config.js',
  [`${TEMPLATE}/ci.yml`]: '.github/workflows/ci.yml',
};

/** What a project needs beside the framework, in the versions that it is tested with. */
const DEPENDENCIES = ['aws-cdk-lib', 'constructs'] as const;
export const DEV_DEPENDENCIES = [
  '@jest/globals',
  '@swc/core',
  '@swc/jest',
  '@types/node',
  'aws-cdk',
  'jest',
  'tsx',
  'typescript',
] as const;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  /** Of the published package: versions of what it has no need of itself. */
  readonly scaffoldDependencies?: Readonly<Record<string, string>>;
}

/**
 * Writes a project of the user's own: their handlers, transforms and stack, a test and a workflow; nothing of the
 * framework, which it depends on.
 *
 * @returns the files that were written, by their path in the project
 * @throws {CommandError} when the folder holds anything
 */
export async function scaffold(directory: string): Promise<readonly string[]> {
  const present = await readdir(directory).catch(() => []);
  if (present.length > 0) throw new CommandError(`${directory} is not empty: name a new folder`);
  const { context } = JSON.parse(await readFile(join(projectDirectory, 'cdk.json'), 'utf8'));
  const manifest: Manifest = JSON.parse(await readFile(join(projectDirectory, 'package.json'), 'utf8'));
  for (const [source, target] of Object.entries(FILES)) {
    const path = join(directory, target);
    await mkdir(dirname(path), { recursive: true });
    await cp(join(projectDirectory, source), path, { recursive: true });
  }
  await writeJson(join(directory, 'package.json'), projectManifest(manifest));
  await writeJson(join(directory, 'cdk.json'), {
    app: 'node --import tsx bin/app.ts',
    // What the compiler refuses is not deployed.
    build: 'tsc --noEmit',
    versionReporting: false,
    pathMetadata: false,
    assetMetadata: false,
    notices: false,
    context,
  });
  const written = await readdir(directory, { recursive: true, withFileTypes: true });
  return written
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(directory.length + 1))
    .sort();
}

function projectManifest(manifest: Manifest): object {
  const known = {
    ...manifest.devDependencies,
    ...manifest.dependencies,
    ...manifest.peerDependencies,
    ...manifest.scaffoldDependencies,
  };
  const versions = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, known[name] ?? 'latest']));
  return {
    name: 'webhooks',
    private: true,
    type: 'module',
    scripts: {
      start: 'supaglue-webhooks start',
      test: 'tsc --noEmit && node --experimental-vm-modules node_modules/jest/bin/jest.js',
      deploy: 'cdk deploy',
    },
    dependencies: { ...versions(DEPENDENCIES), [manifest.name]: manifest.version },
    devDependencies: versions(DEV_DEPENDENCIES),
    // None of them needs its install script.
    allowScripts: { '@swc/core': false, esbuild: false, 'unrs-resolver': false },
  };
}

function writeJson(path: string, value: object): Promise<void> {
  return writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}
