import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { type BuildFailure, build, formatMessages, type Metafile, type OutputFile } from 'esbuild';
import { BundleError } from './bundle-error.ts';
import { keptNames } from './kept-names.ts';
import { projectDirectory, SOURCE_EXTENSION } from './project-paths.ts';

/**
 * A handler's dependency may be CommonJS (such as `pg`) and call `require`, which an ES module does not
 * have. Two underscores: minified code already uses short names.
 */
const REQUIRE_BANNER =
  "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);";

export interface BundleOptions {
  /** Gets one directory per function, and `meta/<function>.json` (esbuild's metafile) beside them. */
  readonly outDirectory: string;
  /** Begins the names of those directories. @default none */
  readonly prefix?: string;
  /** Function name → entry file, absolute or below the working directory. */
  readonly entries: Readonly<Record<string, string>>;
  /** Off for a debugger, which shows variables by the names they have in the code. @default true */
  readonly minify?: boolean;
  /** Modules in the place of others, as esbuild takes them. @default none */
  readonly alias?: Readonly<Record<string, string>>;
  /** What is imported when it runs, as esbuild takes it. @default none */
  readonly external?: string[];
}

/** Function name → esbuild's metafile: what went into the function's asset, and how many bytes of it. */
export type BundleResult = Readonly<Record<string, Metafile>>;

/**
 * Bundles the functions as the stack ships them. The local run executes these very files.
 *
 * @throws {BundleError} when an entry is missing or does not compile
 */
export async function bundle(options: BundleOptions): Promise<BundleResult> {
  const { outDirectory, prefix = '', entries } = options;
  const metaDirectory = join(outDirectory, `${prefix}meta`);
  await mkdir(metaDirectory, { recursive: true });
  const results = await Promise.all(
    Object.entries(entries).map(async ([name, entry]) => {
      const metafile = await bundleFunction(name, entry, join(outDirectory, prefix + name), options);
      await writeFile(join(metaDirectory, `${name}.json`), JSON.stringify(metafile));
      return [name, metafile] as const;
    }),
  );
  return Object.fromEntries(results);
}

async function bundleFunction(
  name: string,
  entry: string,
  directory: string,
  options: BundleOptions,
): Promise<Metafile> {
  const outdir = resolve(directory);
  const { metafile, outputFiles } = await compile(resolve(entry), outdir, options).catch(
    async (error: unknown) => {
      throw new BundleError(`cannot bundle the ${name} function\n${await describe(error)}`, { cause: error });
    },
  );
  await replaceFiles(outdir, outputFiles);
  return metafile;
}

function compile(
  entryPath: string,
  outdir: string,
  { minify = true, alias = {}, external = [] }: BundleOptions,
) {
  return build({
    entryPoints: { index: entryPath },
    outdir,
    bundle: true,
    external,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    platform: 'node',
    // Lambda runs Node 24, the local run what the user has: Node 20 or later.
    target: 'node20',
    // The default for Node prefers CommonJS, of which nothing can be left out.
    mainFields: ['module', 'main'],
    alias: {
      ...alias,
      '@aws-sdk/credential-provider-node': join(
        projectDirectory,
        `lambdas/runtime/environment-credentials${SOURCE_EXTENSION}`,
      ),
    },
    // Text: a handler's statements are read beside it, with an editor's help for SQL.
    loader: { '.sql': 'text' },
    banner: { js: REQUIRE_BANNER },
    minify,
    plugins: minify ? [keptNames] : [],
    // Positions only; the sources themselves would double the asset. lambdas/runtime/source-lines.ts uses them.
    sourcemap: 'linked',
    sourcesContent: false,
    // Licences stay in node_modules: the bundle is deployed, not distributed.
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
}

/**
 * The directory holds these files and no others afterwards: chunks have a hash in their name, and those of an
 * earlier build would be shipped along. Files are put in place whole, for a local run may be reading them.
 */
async function replaceFiles(directory: string, files: readonly OutputFile[]): Promise<void> {
  const draft = `${directory}.${process.pid}.tmp`;
  for (const { path, contents } of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(draft, contents);
    await rename(draft, path);
  }
  const wanted = files.map(({ path }) => path);
  const present = (await readdir(directory, { recursive: true })).map((name) => join(directory, name));
  const stale = present.filter(
    (path) => !wanted.some((file) => file === path || file.startsWith(path + sep)),
  );
  await Promise.all(stale.map((path) => rm(path, { recursive: true, force: true })));
}

async function describe(error: unknown): Promise<string> {
  const failure = error as Partial<BuildFailure>;
  if (failure.errors === undefined) return String(error);
  const messages = await formatMessages(failure.errors, { kind: 'error', color: false });
  return messages.join('').trim();
}
