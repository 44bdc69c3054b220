import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectDirectory } from '../../lib/project-paths.ts';
import { type LockFile, lockFaults, type Manifest, manifestFaults } from './lock-rules.ts';

const read = (name: string) => readFileSync(join(projectDirectory, name), 'utf8');
const manifest: Manifest = JSON.parse(read('package.json'));
const lock: LockFile = JSON.parse(read('package-lock.json'));

/** What is installed apart: a newcomer's `npm ci` brings neither Redis clients, charts nor Stryker. */
const PACKAGES = ['.', 'bench', 'test/mutation'];

/** Versions that must not be raised without looking. */
const PINS: Readonly<Record<string, readonly [version: string, reason: string]>> = {
  'aws-cdk': [
    '2.1148.1',
    'The one tagged latest on npm (3.0.0) is an old build that cannot read the assemblies of this aws-cdk-lib.',
  ],
  dynalite: ['4.0.0', 'The version whose missing answers local/ makes up for.'],
  'msgpackr-extract': [
    '3.0.4',
    'The newest whose binary is published for every platform: npm ci refuses others.',
  ],
  'unrs-resolver': [
    '1.12.2',
    'The newest whose binary is published for every platform: npm ci refuses others.',
  ],
};

describe.each(PACKAGES)('package.json and its lock file in %s', (folder) => {
  const own: Manifest = JSON.parse(read(`${folder}/package.json`));
  const ownLock: LockFile = JSON.parse(read(`${folder}/package-lock.json`));

  test('every version is exact, and no install script is allowed', () => {
    expect(manifestFaults(own)).toEqual([]);
  });

  test('every package comes from a registry with a SHA-512, and nothing else', () => {
    expect(Object.keys(ownLock.packages).length).toBeGreaterThan(100);
    expect(lockFaults(ownLock, own)).toEqual([]);
  });

  test('npm keeps addresses out of the lock file, minds the engines and installs what the commands need', () => {
    const settings = read(`${folder}/.npmrc`)
      .split('\n')
      .filter((line) => /^[^#]/.test(line));
    const installed = Object.keys(own.devDependencies).length > 0 ? ['include=dev'] : [];
    expect(settings).toEqual(['engine-strict=true', ...installed, 'omit-lockfile-registry-resolved=true']);
  });
});

test.each(Object.entries(PINS))('%s is the version that was looked at', (name, [version]) => {
  const locked = PACKAGES.map((folder) => JSON.parse(read(`${folder}/package-lock.json`)) as LockFile);
  expect(locked.flatMap(({ packages }) => packages[`node_modules/${name}`]?.version ?? [])).toEqual([
    version,
  ]);
});

describe('a change for the worse is found', () => {
  const of = (path: string) => lock.packages[path] ?? {};
  const withPackages = (changes: LockFile['packages']): LockFile => ({
    ...lock,
    packages: { ...lock.packages, ...changes },
  });
  const zod = 'node_modules/zod';

  test.each<[string, LockFile, RegExp]>([
    ['an older format', { ...lock, lockfileVersion: 1 }, /^its format is 1/],
    ['another checksum', withPackages({ [zod]: { ...of(zod), integrity: 'sha1-x' } }), /zod has no SHA-512$/],
    [
      'an address',
      withPackages({ [zod]: { ...of(zod), resolved: 'https://packages.example.com/zod.tgz' } }),
      /zod names an address$/,
    ],
    ['a link', withPackages({ [zod]: { link: true } }), /zod is a link/],
    [
      'another version',
      withPackages({ [zod]: { ...of(zod), version: '4.0.0' } }),
      /4\.0\.0 is locked, 4\.6\.7/,
    ],
    [
      'a dependency by git',
      withPackages({ [zod]: { ...of(zod), dependencies: { ms: 'git+https://git.example.com/ms.git' } } }),
      /zod takes ms from git/,
    ],
    [
      'a dependency by owner and name',
      withPackages({ [zod]: { ...of(zod), dependencies: { ms: 'someone/ms#main' } } }),
      /zod takes ms from someone/,
    ],
    [
      'an install script',
      withPackages({ [zod]: { ...of(zod), hasInstallScript: true } }),
      /^packages with an install script: zod is false here, absent in package.json$/,
    ],
    [
      'a platform without its binary',
      withPackages({ [zod]: { ...of(zod), optionalDependencies: { '@zod/darwin-arm64': '4.6.7' } } }),
      /zod asks for @zod\/darwin-arm64, which is not locked$/,
    ],
    [
      'a lock file that was not written again',
      withPackages({ '': { ...of(''), dependencies: {} } }),
      /^dependencies: zod is absent here/,
    ],
  ])('%s', (_name, changed, expected) => {
    expect(lockFaults(changed, manifest).join('\n')).toMatch(new RegExp(expected.source, 'm'));
  });

  test.each<[string, Manifest, RegExp]>([
    ['a range', { ...manifest, dependencies: { zod: '^4.6.7' } }, /\^4\.6\.7 is not one exact version/],
    ['a tag', { ...manifest, devDependencies: { 'aws-cdk': 'latest' } }, /latest is not one exact/],
    ['a script that npm runs by itself', { ...manifest, scripts: { postinstall: 'true' } }, /postinstall/],
    ['an allowed install script', { ...manifest, allowScripts: { esbuild: true } }, /esbuild may run/],
    ['a package that can be published', { ...manifest, private: false }, /published by mistake/],
  ])('%s', (_name, changed, expected) => {
    expect(manifestFaults(changed).join('\n')).toMatch(expected);
  });
});
