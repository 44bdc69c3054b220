import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { projectDirectory } from '../../lib/project-paths.ts';

/** README and every page below docs/. */
export const DOCUMENTS: readonly string[] = [
  'README.md',
  ...readdirSync(join(projectDirectory, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export function documentText(document: string): string {
  return readFileSync(join(projectDirectory, document), 'utf8');
}

export interface CodeBlock {
  /** Below a project's root: what the block's first line says (`// app/handlers/pause-billing.ts`). */
  readonly path: string;
  readonly code: string;
}

/** The TypeScript of a document. A block that names no file is a handler file of its own. */
export function codeBlocks(document: string): readonly CodeBlock[] {
  return [...documentText(document).matchAll(/^```(?:ts|typescript)\n(.*?)^```$/gms)].map(
    ([, code = ''], index) => ({
      path: /^\/\/ ([\w./-]+\.ts)\n/.exec(code)?.[1] ?? `app/handlers/block-${index + 1}.ts`,
      code,
    }),
  );
}

/** A folder below the project, where its files find this package by its name, as in a checkout. */
export async function temporaryFolder(): Promise<string> {
  const parent = join(projectDirectory, '.test-results');
  await mkdir(parent, { recursive: true });
  return mkdtemp(join(parent, 'docs-'));
}

/** A user's project that has followed a document: the app as it comes, and the document's files over it. */
export async function makeProject(directory: string, document: string): Promise<void> {
  await cp(join(projectDirectory, 'test/fixtures/app'), join(directory, 'app'), { recursive: true });
  for (const { path, code } of codeBlocks(document)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), code);
  }
}

/** Makes it a CDK project, of a document's program or, as `bin/app.ts` does, of the stack in its app/. */
export async function makeCdkProject(directory: string, program = 'main.ts'): Promise<void> {
  const main = [
    "import { runApp } from 'supaglue-webhooks-aws/construct';",
    "import { WebhookStack } from './app/stack.ts';",
    'runApp((app) => new WebhookStack(app));',
  ];
  await writeFile(join(directory, 'main.ts'), main.join('\n'));
  const { context } = JSON.parse(documentText('cdk.json'));
  const app = `node --import tsx ${program}`;
  await writeFile(join(directory, 'cdk.json'), JSON.stringify({ app, context }));
}
