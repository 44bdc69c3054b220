import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { projectDirectory } from '../../lib/project-paths.ts';
import type { Bundled } from './with-own-bundling.ts';

const STAND_IN = join(projectDirectory, 'bench/rivals/no-sdk.ts');
const CLIENTS = ['dynamodb', 'secrets-manager', 'sns', 'sqs'].map((name) => `@aws-sdk/client-${name}`);

/**
 * The function as the stack ships it, with a stand-in for the SDK's clients: what is left is ours.
 *
 * @param entry - below the project
 */
export async function withoutSdk(entry: string, outDirectory: string): Promise<Bundled> {
  const { metafile } = await build({
    entryPoints: { index: resolve(projectDirectory, entry) },
    outdir: outDirectory,
    bundle: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    splitting: true,
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    alias: Object.fromEntries(CLIENTS.map((name) => [name, STAND_IN])),
    loader: { '.sql': 'text' },
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    minify: true,
    metafile: true,
    logLevel: 'silent',
  });
  return { entry: join(outDirectory, 'index.mjs'), metafile };
}
