import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { projectDirectory } from '../lib/project-paths.ts';
import { CommandError } from '../operator/core/command-error.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_bytes: number;
  readonly system: string;
  /** Of Node.js and of the packages that the figures depend on. */
  readonly versions: Readonly<Record<string, string>>;
}

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

/** What a figure was measured on. */
export async function describeMachine(): Promise<Machine> {
  const versions = await Promise.all(
    PACKAGES.map(async (name) => {
      const path = [import.meta.dirname, projectDirectory]
        .map((folder) => join(folder, 'node_modules', name, 'package.json'))
        .find(existsSync);
      if (path === undefined) throw new CommandError(`${name} is not installed: npm ci, here and in bench/`);
      return [name, String(JSON.parse(await readFile(path, 'utf8')).version)] as const;
    }),
  );
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory_bytes: totalmem(),
    system: `${type()} ${release()}`,
    versions: { node: process.versions.node, ...Object.fromEntries(versions) },
  };
}
