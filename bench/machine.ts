import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { projectDirectory } from '../lib/project-paths.ts';
import { CommandError } from '../operator/core/command-error.ts';

const PACKAGES = [
  '@aws-sdk/client-sqs',
  '@aws-sdk/client-dynamodb',
  '@aws-lambda-powertools/batch',
  '@aws-lambda-powertools/idempotency',
  'bullmq',
  'esbuild',
  'express',
  'svix',
  'zod',
];

export type Machine = Awaited<ReturnType<typeof describeMachine>>;

/** What a figure was measured on. */
export async function describeMachine() {
  const versions = await Promise.all(
    PACKAGES.map(async (name) => {
      const path = [import.meta.dirname, projectDirectory]
        .map((folder) => join(folder, 'node_modules', name, 'package.json'))
        .find(existsSync);
      if (path === undefined) throw new CommandError(`${name} is not installed: npm ci, here and in bench/`);
      return [name, String(JSON.parse(await readFile(path, 'utf8')).version)] as const;
    }),
  );
  const all: Readonly<Record<string, string>> = Object.fromEntries(versions);
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory_bytes: totalmem(),
    system: `${type()} ${release()}`,
    versions: { node: process.versions.node, ...all },
  };
}
