import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { projectDirectory } from '../../lib/project-paths.ts';
import type { Bundled } from './with-own-bundling.ts';

export interface NodejsFunctionOptions {
  readonly entry: string;
  readonly outDirectory: string;
  /** `bundleAwsSDK` of CDK; its default, false, leaves the SDK to the runtime's own copy. */
  readonly sdkInside: boolean;
}

/**
 * Bundles with the options that CDK's `NodejsFunction` gives to esbuild when nothing is set: CommonJS, one file,
 * not minified, no source map (aws-cdk-lib/aws-lambda-nodejs/lib/bundling.js). The target is that of this
 * project's own bundles, so that all run on the Node.js at hand.
 */
export async function asNodejsFunction({
  entry,
  outDirectory,
  sdkInside,
}: NodejsFunctionOptions): Promise<Bundled> {
  const outfile = join(outDirectory, 'index.js');
  const { metafile } = await build({
    absWorkingDir: projectDirectory,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    // Not CDK's: this project's handlers have statements beside them.
    loader: { '.sql': 'text' },
    external: sdkInside ? [] : ['@aws-sdk/*', '@smithy/*'],
    plugins: [withoutTopLevelAwait],
    metafile: true,
    logLevel: 'silent',
  });
  // Below this project it would be taken for an ES module; Lambda finds no package.json above the asset.
  await writeFile(join(outDirectory, 'package.json'), '{"type":"commonjs"}\n');
  return { entry: outfile, metafile };
}

/** CommonJS has no top-level await: what a function reads as it loads is started, and not waited for. */
const withoutTopLevelAwait: Plugin = {
  name: 'without-top-level-await',
  setup({ onLoad }) {
    onLoad(
      { filter: /lambdas\/(ingest\/handler|consumer\/create-consumer-handler)\.ts$/ },
      async ({ path }) => ({
        contents: (await readFile(path, 'utf8')).replace(
          /^await (?=Promise\.all\(opened\.|primeLedgerClient\()/m,
          'void ',
        ),
        loader: 'ts',
      }),
    );
  },
};
