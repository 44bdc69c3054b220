import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Metafile } from 'esbuild';
import { projectDirectory } from '../../lib/project-paths.ts';
import { readPermissions } from '../stack/permissions-reader.ts';
import { assembly, metafilePath } from '../support/assembly.ts';
import type { LockFile } from './lock-rules.ts';

const FUNCTIONS = ['ingest', 'consumer'] as const;
const lock: LockFile = JSON.parse(readFileSync(join(projectDirectory, 'package-lock.json'), 'utf8'));

/** Ask for no more than that their text is kept: these bundles are deployed by their user, not distributed. */
const PERMISSIVE = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT', 'MIT-0'];

/** Granted actions that no line of the function's code asks for → who does. */
const USED_BY_AWS: Readonly<Record<string, string>> = {
  'logs:CreateLogStream': 'Lambda, before the function’s first line',
  'logs:PutLogEvents': 'Lambda, for what the function writes to its output',
  'sqs:ReceiveMessage': 'the event source mapping',
  'sqs:DeleteMessage': 'the event source mapping',
  'sqs:GetQueueAttributes': 'the event source mapping',
};

/** Calls of the code that only a configured stack allows: `ADDED_BY` of `test/stack/permissions-table.ts`. */
const ALLOWED_WHEN_CONFIGURED: Readonly<Record<string, readonly string[]>> = {
  ingest: [],
  consumer: ['GetSecretValue'],
};

let directory: string;
beforeAll(async () => {
  directory = await assembly();
});

/** Files that went into a function's bundle, below the project. */
function inputsOf(name: string): readonly string[] {
  const { inputs } = JSON.parse(readFileSync(metafilePath(directory, name), 'utf8')) as Metafile;
  return Object.keys(inputs);
}

/** As the lock file names them; the folder may be a link, so that the paths lead out of the project. */
function packagesOf(name: string): readonly string[] {
  const found = inputsOf(name).map(
    (path) => /\b(node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+)/.exec(path)?.[1],
  );
  return [...new Set(found)].filter((path) => path !== undefined).sort();
}

describe.each(FUNCTIONS)('the code of %s', (name) => {
  test('holds packages with a permissive licence alone', () => {
    const packages = packagesOf(name);
    expect(packages.length).toBeGreaterThan(10);
    const licences = packages.map((path) => {
      const { license } = JSON.parse(readFileSync(join(projectDirectory, path, 'package.json'), 'utf8'));
      return [path, license] as const;
    });
    expect(licences.filter(([, licence]) => !PERMISSIVE.includes(licence))).toEqual([]);
  });

  test('holds nothing that is there for development alone, and the versions that are locked', () => {
    const wrong = packagesOf(name).filter((path) => {
      const { version } = JSON.parse(readFileSync(join(projectDirectory, path, 'package.json'), 'utf8'));
      const locked = lock.packages[path];
      return locked === undefined || locked.dev === true || locked.version !== version;
    });
    expect(wrong).toEqual([]);
  });

  test('uses each permission of its role, and asks for no call that it may not make', () => {
    const template = JSON.parse(readFileSync(join(directory, 'SupaglueWebhooks-prod.template.json'), 'utf8'));
    const role = new RegExp(`^${name}Function.*Role$`, 'i');
    const granted = readPermissions(template)
      .filter(({ principal }) => role.test(principal))
      .map(({ action }) => action);
    const calls = inputsOf(name)
      .filter((path) => path.startsWith('lambdas/'))
      .flatMap((path) => [
        ...readFileSync(join(projectDirectory, path), 'utf8').matchAll(/\bnew (\w+)Command\(/g),
      ])
      .map(([, command = '']) => command);
    const byCode = granted.filter((action) => !Object.hasOwn(USED_BY_AWS, action));
    const optional = ALLOWED_WHEN_CONFIGURED[name] ?? [];
    expect(calls).toEqual(expect.arrayContaining([...optional]));
    expect(new Set(byCode.map((action) => action.split(':')[1]))).toEqual(
      new Set(calls.filter((call) => !optional.includes(call))),
    );
  });
});

test('what the inspector hands to the browser is free to use', () => {
  const { license } = JSON.parse(
    readFileSync(join(projectDirectory, 'node_modules/htmx.org/package.json'), 'utf8'),
  );
  // As htmx writes 0BSD.
  expect([...PERMISSIVE, 'BSD-0-Clause']).toContain(license);
});
