import { readFile } from 'node:fs/promises';
import { cpus, release, totalmem, type } from 'node:os';
import process from 'node:process';
import { projectDirectory } from '../lib/project-paths.ts';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
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
      const manifest = JSON.parse(
        await readFile(`${projectDirectory}node_modules/${name}/package.json`, 'utf8'),
      );
      return [name, String(manifest.version)] as const;
    }),
  );
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    system: `${type()} ${release()}`,
    versions: { node: process.versions.node, ...Object.fromEntries(versions) },
  };
}
